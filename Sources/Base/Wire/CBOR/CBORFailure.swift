/// Why octets are not taken as CBOR; positions count octets from 0.
@nonexhaustive
public enum CBORFailure: Error, Equatable, Sendable {
    case tooLong(octets: Int, limit: Int)
    case tooDeep(limit: Int)
    case tooManyItems(limit: Int)
    case truncated
    /// An indefinite length (RFC 8949 §3.2), which the canonical form does not have.
    case indefiniteLength(at: Int)
    /// A number or length in more octets than it needs.
    case notShortest(at: Int)
    case tag(at: Int)
    case reserved(at: Int)
    case notUTF8(at: Int)
    /// The key is there twice, or stands before one that sorts before it.
    case keyOrder(at: Int)
    case afterEnd(at: Int)

    public var explanation: String {
        switch self {
        case .tooLong(let octets, let limit): "the CBOR has \(octets) octets; at most \(limit) are read"
        case .tooDeep(let limit): "the CBOR is nested more than \(limit) deep"
        case .tooManyItems(let limit): "the CBOR has more than \(limit) items"
        case .truncated: "the CBOR ends too soon"
        case .indefiniteLength(let position): "octet \(position + 1) of the CBOR begins an item of indefinite length"
        case .notShortest(let position): "octet \(position + 1) of the CBOR is written longer than it needs"
        case .tag(let position): "octet \(position + 1) of the CBOR is a tag"
        case .reserved(let position): "octet \(position + 1) of the CBOR has a reserved meaning"
        case .notUTF8(let position): "octet \(position + 1) of the CBOR begins text that is not UTF-8"
        case .keyOrder(let position): "octet \(position + 1) of the CBOR is a key out of order, or there twice"
        case .afterEnd(let position): "octet \(position + 1) stands after the end of the CBOR"
        }
    }
}
