/// A parsed document of whatever syntax, with its places: what policies are read from.
public struct PolicyNode: Sendable {
    public enum Value: Sendable {
        case text(String)
        case list([PolicyNode])
        /// In the order in which they stand; a name may stand twice.
        case fields([(name: PolicyNode, value: PolicyNode)])
    }

    public let value: Value
    public let line: Int
    public let column: Int

    public init(_ value: Value, line: Int, column: Int) {
        self.value = value
        self.line = line
        self.column = column
    }

    var text: String? { if case .text(let text) = value { text } else { nil } }
}
