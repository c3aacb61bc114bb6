/// The algorithms of the keys that are made here. Others are only verified; see `PublicKey.Kind`.
public enum KeyAlgorithm: String, Codable, CaseIterable, Sendable {
    /// ECDSA on P-256 (FIPS 186-5), signing with SHA-256.
    case p256
    /// ECDSA on P-384 (FIPS 186-5), signing with SHA-384.
    case p384
    /// Ed25519 (RFC 8032).
    case ed25519

    /// The one signature algorithm that a key of this algorithm signs with: the hash is as strong as the curve.
    public var signatureAlgorithm: SignatureAlgorithm {
        switch self {
        case .p256: .ecdsaSHA256
        case .p384: .ecdsaSHA384
        case .ed25519: .ed25519
        }
    }
}
