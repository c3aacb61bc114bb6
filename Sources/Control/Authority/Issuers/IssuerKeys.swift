public import SymbolonKeys

/// Where the keys of an authority's own certificates are kept.
public protocol IssuerKeys: Sendable {
    /// Makes a key and keeps it: it is durable before anything is signed with it.
    func make(
        _ role: Issuer.Role, _ algorithm: KeyAlgorithm
    ) async throws(KeysUnavailable) -> any CertificateSigner
    /// Nil: it is not here.
    func signer(
        _ role: Issuer.Role, _ key: KeyFingerprint
    ) async throws(KeysUnavailable) -> (any CertificateSigner)?
}

/// Who lives off what an authority says, and has not taken up its last change.
public protocol EndConfirmations: Sendable {
    /// The ends that live and have not confirmed this value of the change counter, as people call them.
    func stragglers(before changeCounter: UInt64) async throws(StoreFailure) -> [String]
}
