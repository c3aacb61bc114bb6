/// The signature algorithms taken in a JSON Web Signature (RFC 7518 §3.1, RFC 8037 §3.1). There is no `none`.
public enum JWSAlgorithm: String, Codable, CaseIterable, Sendable {
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case rs256 = "RS256"
    case edDSA = "EdDSA"
}
