public import Foundation
public import SymbolonAudit
public import SymbolonKeys
public import SymbolonRevocation

/// Where lists are made from, and where they are published: one place for all nodes.
///
/// For each issuer, scope and kind there is one list, and its number only goes up.
public protocol RevocationListStore: Sendable {
    /// Every list of an issuer, without its bytes, in no order.
    func listStandings(of issuer: KeyFingerprint) async throws(StoreFailure) -> [ListStanding]
    func list(
        of issuer: KeyFingerprint, _ scope: ListScope, _ kind: ListStanding.Kind
    ) async throws(StoreFailure) -> PublishedList?

    /// The shards in which something was revoked or released since the change counter had this value, each with the value
    /// at its last change.
    func changedShards(
        of issuer: KeyFingerprint, after changeCounter: UInt64
    ) async throws(StoreFailure) -> [ListScope: UInt64]
    /// What each of these lists has to say, in the order asked, as one transaction sees it. Ascending by serial number.
    func contents(of lists: [ListSelection]) async throws(StoreFailure) -> ListContents

    /// All in one transaction, with its audit entry, or none.
    /// - Returns: false when one that is to be replaced was replaced by somebody else, and nothing was done.
    func publish(_ lists: [ListPublication], audit: AuditAppend) async throws(StoreFailure) -> Bool
}

/// What is to be on a list.
public struct ListSelection: Equatable, Sendable {
    public enum Content: Equatable, Sendable {
        /// Every revoked certificate, but those that ended before `keptFrom` and were revoked up to `listedUpTo`: they have
        /// been on a list that was made after they ended. RFC 5280 §3.3.
        case complete(keptFrom: Date, listedUpTo: UInt64)
        /// What was revoked or released later than this value of the change counter.
        case delta(after: UInt64)
    }

    public let issuerKey: KeyFingerprint
    public let scope: ListScope
    public let content: Content

    public init(issuerKey: KeyFingerprint, scope: ListScope, content: Content) {
        self.issuerKey = issuerKey
        self.scope = scope
        self.content = content
    }
}

/// What lists have to say, at one value of the change counter.
public struct ListContents: Sendable {
    public let changeCounter: UInt64
    public let entries: [RevokedCertificates]

    public init(changeCounter: UInt64, entries: [RevokedCertificates]) {
        self.changeCounter = changeCounter
        self.entries = entries
    }
}
