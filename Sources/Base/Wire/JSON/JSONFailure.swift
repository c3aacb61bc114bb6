/// Why a text is not taken as JSON; positions count octets from 0.
public enum JSONFailure: Error, Equatable, Sendable {
    case tooLong(octets: Int, limit: Int)
    case tooDeep(limit: Int)
    case tooManyValues(limit: Int)
    case truncated
    case unexpected(UInt8, at: Int)
    case notUTF8(at: Int)
    /// A control character inside a string (RFC 8259 §7).
    case controlCharacter(at: Int)
    case escape(at: Int)
    /// Half of a surrogate pair (RFC 8259 §8.2).
    case loneSurrogate(at: Int)
    case numberForm(at: Int)
    /// RFC 8259 §4: "The names within an object SHOULD be unique"; here they are.
    case duplicateMember(String)
    case afterEnd(at: Int)

    public var explanation: String {
        switch self {
        case .tooLong(let octets, let limit): "the JSON text has \(octets) octets; at most \(limit) are read"
        case .tooDeep(let limit): "the JSON text is nested more than \(limit) deep"
        case .tooManyValues(let limit): "the JSON text has more than \(limit) values"
        case .truncated: "the JSON text ends too soon"
        case .unexpected(let octet, let position):
            "octet \(position + 1) of the JSON text, 0x\(Hex.encode([octet])), does not belong there"
        case .notUTF8(let position): "octet \(position + 1) of the JSON text is not UTF-8"
        case .controlCharacter(let position):
            "octet \(position + 1) of the JSON text is a control character in a string"
        case .escape(let position): "octet \(position + 1) of the JSON text begins no known escape"
        case .loneSurrogate(let position): "octet \(position + 1) of the JSON text begins half of a surrogate pair"
        case .numberForm(let position): "octet \(position + 1) of the JSON text begins something that is no number"
        case .duplicateMember(let name): "the JSON object has the member \(name.debugDescription) twice"
        case .afterEnd(let position): "octet \(position + 1) stands after the end of the JSON text"
        }
    }
}
