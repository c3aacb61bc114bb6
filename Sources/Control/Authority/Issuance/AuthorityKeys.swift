public import SymbolonKeys

/// The keys that an authority issues with. The root's is not among them: it can be kept offline.
public struct AuthorityKeys: Sendable {
    /// The key of another issuing authority; nil: it is not here.
    public typealias Finder = @Sendable (KeyFingerprint) async throws(KeysUnavailable) -> (any CertificateSigner)?

    public let issuing: any CertificateSigner
    /// Ed25519.
    public let audit: SigningKey
    /// Asked when another issuing authority becomes the active one.
    public let find: Finder

    /// - Parameter find: finds none, unless told.
    public init(
        issuing: any CertificateSigner, audit: SigningKey, find: @escaping Finder = { _ in nil }
    ) {
        self.issuing = issuing
        self.audit = audit
        self.find = find
    }
}

/// A key cannot be opened, or kept.
public struct KeysUnavailable: Error, Equatable, Sendable {
    public let explanation: String

    public init(_ explanation: String) { self.explanation = explanation }
}
