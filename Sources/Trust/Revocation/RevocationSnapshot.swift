public import Foundation
public import SymbolonKeys

/// All that is known of revocation at one moment: immutable, cheap to copy, safe to hand to every event loop.
///
/// A look-up takes constant time however many certificates are revoked.
public struct RevocationSnapshot: Sendable {
    /// Nothing is known: every status is `.unknown(.noSource)`.
    public static let none = RevocationSnapshot(revoked: [:], covering: [], epoch: 0, thisUpdate: .distantPast)

    /// Grows with every change at the source; a lower one is older.
    public let epoch: UInt64
    public let thisUpdate: Date
    /// After this moment silence about a certificate means nothing; nil when the source pushes its changes.
    public let nextUpdate: Date?

    private let revoked: RevokedSet
    private let issuers: Set<KeyFingerprint>

    /// - Parameters:
    ///   - revoked: every revoked certificate.
    ///   - issuers: the keys whose certificates are all accounted for: one of theirs that is not in `revoked` is good.
    public init(
        revoked: [CertificateIdentifier: Revocation],
        covering issuers: Set<KeyFingerprint>,
        epoch: UInt64,
        thisUpdate: Date,
        nextUpdate: Date? = nil
    ) {
        self.init(
            RevokedSet(revoked), covering: issuers, epoch: epoch, thisUpdate: thisUpdate, nextUpdate: nextUpdate)
    }

    /// The same from a set that is kept by its changes.
    public init(
        _ revoked: RevokedSet, covering issuers: Set<KeyFingerprint>, epoch: UInt64, thisUpdate: Date,
        nextUpdate: Date? = nil
    ) {
        self.revoked = revoked
        self.issuers = issuers
        self.epoch = epoch
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
    }

    /// How many certificates are known to be revoked.
    public var count: Int { revoked.count }

    /// The status without regard to the snapshot's age.
    public func status(of certificate: CertificateIdentifier) -> RevocationStatus {
        if let revocation = revoked[certificate] {
            return .revoked(revocation.reason, since: revocation.since)
        }
        guard issuers.contains(certificate.issuerKey) else { return .unknown(.noSource) }
        return .good(thisUpdate: thisUpdate, nextUpdate: nextUpdate)
    }

    /// The status at `now`. A stale snapshot still tells what was revoked (RFC 5280 §3.3: a revocation is not taken
    /// back by time), but no longer that anything is good.
    public func status(of certificate: CertificateIdentifier, at now: Date) -> RevocationStatus {
        let status = status(of: certificate)
        if case .good(_, let nextUpdate?) = status, now > nextUpdate {
            return .unknown(.stale(since: nextUpdate))
        }
        return status
    }
}
