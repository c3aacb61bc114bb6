public import SymbolonCertificates
public import SymbolonKeys

/// One end's half of the token: its key, the chain that vouches for the key, and whom it believes in turn.
public struct StoredIdentity: Sendable {
    public let name: IdentityName
    /// Leaf first, then the intermediates that a peer needs.
    public let chain: [Certificate]
    public let key: SigningKey
    /// The certificates that a peer's path may end in.
    public let anchors: [Certificate]

    /// Refuses a key that is not the leaf's, and an identity without anchors.
    public init(
        name: IdentityName, chain: [Certificate], key: SigningKey, anchors: [Certificate]
    ) throws(IdentityFailure) {
        guard let leaf = chain.first else { throw .noCertificate(path: name.description) }
        guard leaf.publicKey == key.publicKey else {
            throw .keyDoesNotFit(
                certificate: leaf.publicKey?.fingerprint.description ?? "of a kind that is not supported",
                key: key.publicKey.fingerprint.description)
        }
        guard !anchors.isEmpty else { throw .noAnchors }
        self.name = name
        self.chain = chain
        self.key = key
        self.anchors = anchors
    }

    public var leaf: Certificate { chain[0] }
}
