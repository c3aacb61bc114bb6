/// What was revoked and released between two values of a source's change counter.
public struct RevocationChanges: Equatable, Sendable {
    /// The value that these changes come after.
    public let since: UInt64
    /// The value after them.
    public let changeCounter: UInt64
    /// Also what was revoked before, and is now for a graver reason.
    public let revoked: [CertificateIdentifier: Revocation]
    /// Their hold was lifted (removeFromCRL, RFC 5280 §5.3.1).
    public let released: Set<CertificateIdentifier>

    public init(
        since: UInt64, changeCounter: UInt64, revoked: [CertificateIdentifier: Revocation],
        released: Set<CertificateIdentifier>
    ) {
        self.since = since
        self.changeCounter = changeCounter
        self.revoked = revoked
        self.released = released
    }
}
