/// What RSASSA-PSS parameters have that is not believed (RFC 4055 §3.1).
public enum PSSParameterFailure: Equatable, Sendable {
    /// A signature's algorithm identifier must state them.
    case missing
    /// By its name, or its object identifier when it is unknown here. Left out, it is SHA-1.
    case hash(String)
    /// A mask generation function other than MGF1.
    case maskGeneration(oid: String)
    /// MGF1 over another hash than the message's.
    case maskHash(String, hash: String)
    /// Of a signature, the salt that must be as long as the hash; of a key, the least, which may not be longer.
    case saltLength(octets: Int, expected: Int)
    case trailer(Int)

    /// One line for a person: what was found, against what.
    public var explanation: String {
        switch self {
        case .missing: "RSASSA-PSS without its parameters"
        case .hash(let name): "RSASSA-PSS with \(name); SHA-256, SHA-384 and SHA-512 are allowed"
        case .maskGeneration(let oid): "RSASSA-PSS with mask generation function \(oid); only MGF1 is allowed"
        case .maskHash(let name, let hash): "RSASSA-PSS with \(hash), and MGF1 with \(name); both must have the same"
        case .saltLength(let octets, let expected):
            "RSASSA-PSS with a salt of \(octets) octets; as many as the hash has, \(expected), are allowed"
        case .trailer(let number): "RSASSA-PSS with trailer field \(number); only 1 is defined"
        }
    }
}
