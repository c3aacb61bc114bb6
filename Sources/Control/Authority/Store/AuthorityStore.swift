public import Foundation
public import SymbolonAudit
public import SymbolonCertificates
public import SymbolonKeys
public import SymbolonRevocation

/// Where an authority keeps what it must not forget.
///
/// Every requirement that changes something is one transaction: it is durable when the call returns, with its audit
/// entry, or it left no trace. Inside that transaction a store reads the last audit entry and the head, and writes the
/// entry and the head that `AuditContinuation` gives; where that throws, everything is undone (`StoreFailure.audit`).
/// Changes asked for at the same time may share a transaction, and each of them is still done or undone by itself.
/// Several processes may use one store.
///
/// A record moves only forward, and is never deleted:
/// ```text
///            ┌────────► issued ─────┐
/// intended ──┼────────► abandoned ──┼──► revoked
///            └──────────────────────┘
/// ```
/// Of what is revoked only a hold can be lifted: then it is issued again.
public protocol AuthorityStore: IssuanceLedger, IssuerStore {
    // MARK: The authority itself

    /// Begins a store with its one authority, whose root and issuing authority are active; `alreadyCreated` when there is one.
    func create(_ authority: AuthorityRecord, audit: AuditAppend) async throws(StoreFailure)
    /// Adds what is permitted to the authority's configuration, for good. What is permitted already stays as it is; when
    /// all of it is, there is no audit entry.
    func permit(_ permissions: [Permission], at: Date, audit: AuditAppend) async throws(StoreFailure)
    /// From now on new certificates name this address for their lists. When the last one is the same, nothing is done.
    func publish(at address: PublicationAddress, at: Date, audit: AuditAppend) async throws(StoreFailure)
    /// With all that was permitted and where it was published since, and the root and the issuing authority that are active
    /// now; `nil` before `create`.
    func authority() async throws(StoreFailure) -> AuthorityRecord?

    // MARK: Issuing

    /// intended → abandoned; `conflict` from any other state. The serial stays taken.
    func abandon(
        _ serialNumber: SerialNumber, because: String, at: Date, audit: AuditAppend
    ) async throws(StoreFailure)
    /// Intents that were neither completed, abandoned nor revoked, oldest first.
    func unfinishedIntents() async throws(StoreFailure) -> [IssuanceIntent]

    // MARK: Revoking

    /// Any state but revoked → revoked, all in one transaction, one audit entry for each that changed.
    ///
    /// What is revoked already keeps its date, gets another reason only where the order's reach allows it, and gets no entry
    /// where it does not. When at least one changed, the change counter goes up by one. `unknownSerial` when one of them has
    /// no record, and `conflict` for a hold on what was not issued; then nothing changed.
    /// - Returns: the serials that this call revoked, in the order given.
    func revoke(_ orders: [RevocationOrder]) async throws(StoreFailure) -> [SerialNumber]
    /// revoked → issued for what is on hold, all in one transaction, with the change counter one up and an entry for each
    /// that changed. What is not on hold stays as it is. `unknownSerial` when one of them has no record; then nothing
    /// changed.
    /// - Returns: the serials that this call released, in the order given.
    func release(_ orders: [ReleaseOrder]) async throws(StoreFailure) -> [SerialNumber]
    /// Every revocation, also of an issuing authority, and the change counter, as one transaction sees them.
    func revocations() async throws(StoreFailure) -> RevocationRecords
    /// What was revoked, also of issuing authorities, and released since the change counter had a value, as one transaction sees it; nil when that is more
    /// than `limit` certificates, or the counter has not been so far.
    func revocationChanges(
        since changeCounter: UInt64, atMost limit: Int
    ) async throws(StoreFailure) -> RevocationChanges?
    /// 0 at first; one more with every transaction that changed what is to be believed: revoked or released something, changed
    /// an issuer, began or ended a federation. Cheap enough to ask many times a second.
    func changeCounter() async throws(StoreFailure) -> UInt64

    // MARK: Keys that may not be certified

    /// True after `block`, and when a certificate for this key was revoked for `keyCompromise`.
    func isBlocked(_ key: KeyFingerprint) async throws(StoreFailure) -> Bool
    /// Blocks a key for good; blocking it again keeps the first reason and adds no audit entry.
    func block(_ key: KeyFingerprint, because: String, audit: AuditAppend) async throws(StoreFailure)

    // MARK: Looking up

    func certificate(_ serialNumber: SerialNumber) async throws(StoreFailure) -> IssuanceRecord?
    /// Newest first.
    func certificates(matching query: CertificateQuery) async throws(StoreFailure) -> [IssuanceRecord]
    /// How many there are, whatever `query.limit` says.
    func certificateCount(matching query: CertificateQuery) async throws(StoreFailure) -> Int

    // MARK: The record of decisions

    /// Adds an entry that goes with no other change.
    func append(_ audit: AuditAppend) async throws(StoreFailure)
    /// In order of sequence, at most `limit` of them.
    func auditEntries(from sequence: Int64, limit: Int) async throws(StoreFailure) -> [StoredAuditEntry]
    /// The last entry and the head, as one transaction sees them; `nil` for an empty record.
    func auditEnd() async throws(StoreFailure) -> AuditEnd?
}

/// The end of the audit record as stored.
public struct AuditEnd: Equatable, Sendable {
    public let last: StoredAuditEntry
    /// `nil` when somebody removed it: an honest store has one whenever there is an entry.
    public let head: AuditHead?

    public init(last: StoredAuditEntry, head: AuditHead?) {
        self.last = last
        self.head = head
    }
}
