public import Foundation
public import SymbolonAudit
public import SymbolonAuthority
public import SymbolonCertificates
public import SymbolonKeys

/// Where the ACME server keeps accounts, orders and authorizations: beside the certificates of its authority. Several servers may use one store.
///
/// What changes together is one `ACMEDecision`: a server reads, decides, and commits; the store refuses the whole decision
/// when something that it read has changed since, and the server reads again. So the store decides nothing, and two
/// servers never both win.
public protocol ACMEStore: Sendable {
    /// All of it in one transaction with its audit entries, durable on return; or nothing, when a revision differs or
    /// a unique value is taken.
    ///
    /// A row whose `revision` is 0 is new. For a row of revision r > 0 the stored revision must be r - 1; the row is
    /// replaced. Accounts are unique by key among all accounts, whatever their status.
    func commit(_ decision: ACMEDecision) async throws(StoreFailure) -> ACMECommit

    /// As the authority's store, and the decision in the same transaction: both, or `overtaken` where `commit` says
    /// `conflict`.
    func record(
        _ intent: IssuanceIntent, audit: AuditAppend, with decision: ACMEDecision
    ) async throws(StoreFailure)
    /// The same.
    func complete(
        _ serialNumber: SerialNumber, certificate: [UInt8], at: Date, audit: AuditAppend, with decision: ACMEDecision
    ) async throws(StoreFailure)

    // MARK: Accounts

    func account(_ id: ResourceID) async throws(StoreFailure) -> ACMEAccount?
    func account(withKey key: KeyFingerprint) async throws(StoreFailure) -> ACMEAccount?
    /// Newest first.
    func accounts(limit: Int) async throws(StoreFailure) -> [ACMEAccount]
    func accountCount(from network: String, since: Date) async throws(StoreFailure) -> Int
    func externalAccountKey(_ id: String) async throws(StoreFailure) -> ExternalAccountKey?
    /// Newest first.
    func externalAccountKeys(limit: Int) async throws(StoreFailure) -> [ExternalAccountKey]

    // MARK: Orders

    /// The order with its authorizations, in the order's order, as one transaction sees them.
    func order(_ id: ResourceID) async throws(StoreFailure) -> ACMEOrderRecord?
    /// The order that this certificate was issued for.
    func order(certificate: SerialNumber) async throws(StoreFailure) -> ACMEOrder?
    /// In the order in which they were made, those after `after`; not the invalid ones.
    func orders(of account: ResourceID, after: ResourceID?, limit: Int) async throws(StoreFailure) -> [ResourceID]
    /// The account has made this many orders, or more, at or after this moment.
    func hasMade(_ count: Int, ordersSince since: Date, _ account: ResourceID) async throws(StoreFailure) -> Bool
    /// The order that says it replaces this certificate (RFC 9773 §5); the newest when there were several.
    func order(replacing certificate: SerialNumber) async throws(StoreFailure) -> ACMEOrder?
    /// Orders in `processing` since this moment or longer, oldest first.
    func unfinishedOrders(since: Date, limit: Int) async throws(StoreFailure) -> [ACMEOrder]

    // MARK: Authorizations

    func authorization(_ id: ResourceID) async throws(StoreFailure) -> ACMEAuthorization?
    /// The account's authorizations in `valid` that end after `until`, for exactly these identifiers.
    func validAuthorizations(
        of account: ResourceID, for identifiers: [ACMEIdentifier], until: Date
    ) async throws(StoreFailure) -> [ACMEAuthorization]
    /// How many of the account's authorizations for this identifier became `invalid` and were made at or after `since`.
    func failureCount(
        of account: ResourceID, for identifier: ACMEIdentifier, since: Date
    ) async throws(StoreFailure) -> Int
    /// Pending authorizations whose attempt is due at this moment, the one that is due longest first.
    func dueAuthorizations(at now: Date, limit: Int) async throws(StoreFailure) -> [ACMEAuthorization]
}

/// An order and what it waits for.
public struct ACMEOrderRecord: Equatable, Sendable {
    public let order: ACMEOrder
    public let authorizations: [ACMEAuthorization]

    public init(order: ACMEOrder, authorizations: [ACMEAuthorization]) {
        self.order = order
        self.authorizations = authorizations
    }
}
