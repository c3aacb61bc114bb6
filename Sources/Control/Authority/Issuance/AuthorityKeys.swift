public import SymbolonKeys

/// The keys that an authority issues with. The root's is not among them: it can be kept offline.
public struct AuthorityKeys: Sendable {
    public let issuing: any CertificateSigner
    /// Ed25519.
    public let audit: SigningKey

    public init(issuing: any CertificateSigner, audit: SigningKey) {
        self.issuing = issuing
        self.audit = audit
    }
}
