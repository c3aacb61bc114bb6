/// One thing that keeps a text from being a policy: where, what, and what to write.
public struct PolicyFault: Error, Hashable, Sendable {
    /// From 1; nil where a program made the policy.
    public var line: Int?
    public var column: Int?
    public var message: String

    init(_ message: String, at node: PolicyNode? = nil) {
        line = node?.line
        column = node?.column
        self.message = message
    }

    /// Of a text that is no document yet.
    public init(_ message: String, line: Int, column: Int) {
        self.line = line
        self.column = column
        self.message = message
    }

    /// On one line, where the file has no name.
    public var told: String { (line.map { "line \($0): " } ?? "") + message }
}

/// Every fault, so that all can be mended at once. Nothing of the policy is in force.
public struct PolicyFaults: Error, Hashable, Sendable {
    public let faults: [PolicyFault]

    public init(faults: [PolicyFault]) { self.faults = faults }
}
