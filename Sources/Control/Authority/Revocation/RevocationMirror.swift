public import Foundation
public import SymbolonKeys
public import SymbolonRevocation

/// What a store says is revoked, kept by reading its changes: of a million revocations one more costs one row.
public actor RevocationMirror {
    /// What the store said at one moment.
    public struct Reflection: Sendable {
        public let revoked: RevokedSet
        public let changeCounter: UInt64

        /// What verifiers look up. The store accounts for every certificate of its issuers, so one that is not revoked is
        /// good.
        public func snapshot(covering issuers: Set<KeyFingerprint>, at now: Date) -> RevocationSnapshot {
            RevocationSnapshot(revoked, covering: issuers, epoch: changeCounter, thisUpdate: now)
        }
    }

    /// More changes at once than this are read with all the rest. 10,000: ten of the largest revocations.
    private static let mostChanges = 10_000

    private let store: any AuthorityStore
    private var known: Reflection?
    /// Of what is known; nil until somebody asks.
    private var digest: RevocationDigest?

    public init(_ store: any AuthorityStore) { self.store = store }

    /// What is revoked now. A store that has gone back to an earlier day is told as it stands.
    public func current() async throws(StoreFailure) -> Reflection {
        if let known,
            let changes = try await store.revocationChanges(
                since: known.changeCounter, atMost: Self.mostChanges)
        {
            return take(changes, after: known)
        }
        let records = try await store.revocations()
        let read = Reflection(revoked: RevokedSet(records.revoked), changeCounter: records.changeCounter)
        digest = nil
        known = read
        return read
    }

    /// The same with its digest.
    public func currentWithDigest() async throws(StoreFailure) -> (Reflection, RevocationDigest) {
        let current = try await current()
        // What another call took up meanwhile is newer, and its digest is made of it.
        let latest = known ?? current
        let made = digest ?? RevocationDigest(of: latest.revoked)
        digest = made
        return (latest, made)
    }

    private func take(_ changes: RevocationChanges, after before: Reflection) -> Reflection {
        // Another call may have taken up the same changes, or more, while this one waited for the store.
        let latest = known ?? before
        guard latest.changeCounter == changes.since, changes.changeCounter > changes.since else { return latest }
        var revoked = latest.revoked
        digest?.follow(changes, in: revoked)
        revoked.apply(changes)
        let next = Reflection(revoked: revoked, changeCounter: changes.changeCounter)
        known = next
        return next
    }
}
