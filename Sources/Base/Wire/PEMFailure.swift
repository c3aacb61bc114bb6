/// Why a text is not strict PEM; lines count from 1.
public enum PEMFailure: Error, Equatable, Sendable {
    case tooLong(octets: Int, limit: Int)
    /// A line that starts with five dashes and is no boundary, or an END where a BEGIN belongs, or the reverse.
    case malformedBoundary(line: Int)
    case labelsDiffer(line: Int, begin: String, end: String)
    case unterminated(line: Int, label: String)
    case emptyBlock(line: Int, label: String)
    /// An encapsulated header of RFC 1421, as in traditional encrypted keys; RFC 7468 has none.
    case header(line: Int)
    /// An empty line inside a block.
    case emptyLine(line: Int)
    /// A line of a block after the one whose padding ends it.
    case afterPadding(line: Int)
    /// A length counts the digits from the last whole group of four on.
    case base64(line: Int, Base64Failure)

    /// One line: what is wrong, where, and what mends it.
    public var explanation: String {
        switch self {
        case .tooLong(let octets, let limit):
            "the text has \(octets) octets and at most \(limit) are read"
        case .malformedBoundary(let line):
            "line \(line) starts with dashes but is not the BEGIN or END line that belongs there"
        case .labelsDiffer(let line, let begin, let end):
            "line \(line) ends a block \"\(end)\" that began as \"\(begin)\""
        case .unterminated(let line, let label):
            "the block \"\(label)\" that begins on line \(line) has no END line"
        case .emptyBlock(let line, let label):
            "the block \"\(label)\" that begins on line \(line) is empty"
        case .header(let line):
            "line \(line) is a header of the traditional key format; convert the key with \"openssl pkcs8 -topk8\""
        case .emptyLine(let line): "line \(line) is empty, inside a block"
        case .afterPadding(let line): "line \(line) goes on after the padding (\"=\") that ends the base64 of a block"
        case .base64(let line, let failure):
            "line \(line) is not base64: \(failure.explanation)"
        }
    }
}
