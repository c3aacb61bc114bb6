public import SymbolonKeys

/// The signature algorithms taken in a JSON Web Signature (RFC 7518 §3.1, RFC 8037 §3.1). There is no `none`, and no
/// MAC: `FlattenedJWS` takes one where a shared key was given out.
public enum JWSAlgorithm: String, Codable, CaseIterable, Sendable {
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case rs256 = "RS256"
    case edDSA = "EdDSA"

    /// RFC 7518 §3.4: each curve has its hash. The one algorithm that a key of this kind signs with.
    public init?(of kind: PublicKey.Kind) {
        switch kind {
        case .p256: self = .es256
        case .p384: self = .es384
        case .p521: self = .es512
        case .rsa: self = .rs256
        case .ed25519: self = .edDSA
        case .rsaPSS, .mlDSA65, .mlDSA87: return nil
        }
    }

    private var signatureAlgorithm: SignatureAlgorithm {
        switch self {
        case .es256: .ecdsaSHA256
        case .es384: .ecdsaSHA384
        case .es512: .ecdsaSHA512
        case .rs256: .rsaSHA256
        case .edDSA: .ed25519
        }
    }

    /// False for a key of another kind, whatever the signature.
    func isValid(_ signature: [UInt8], over message: [UInt8], by key: PublicKey) -> Bool {
        guard JWSAlgorithm(of: key.kind) == self else { return false }
        // RFC 7518 §3.4: both numbers of an ECDSA signature one behind the other.
        return key.isValid(signature, in: .numbers, over: message, by: signatureAlgorithm)
    }
}
