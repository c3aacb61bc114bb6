public import Foundation
public import SymbolonAudit
public import SymbolonCertificates

/// Where revocations wait for their time, whichever node lives then.
public protocol RevocationScheduleStore: Sendable {
    /// One transaction with the audit entry. Returns its number.
    func schedule(_ order: ScheduledRevocation.Order, audit: AuditAppend) async throws(StoreFailure) -> Int64
    /// By their time, those that are over too where that is wanted.
    func scheduledRevocations(all: Bool) async throws(StoreFailure) -> [ScheduledRevocation]
    /// Pending ones whose time has come.
    func dueRevocations(at now: Date) async throws(StoreFailure) -> [ScheduledRevocation]
    /// pending → cancelled, before its time. Returns false, and writes no entry, when it is not pending any more or its time
    /// has come; nil when there is no such one.
    func cancelRevocation(
        _ number: Int64, at: Date, by actor: String, audit: AuditAppend
    ) async throws(StoreFailure) -> Bool?
    /// pending → done, in one transaction with the revocations: whichever node is first makes them. Returns what was revoked
    /// now; nil when it was not pending any more, and then nothing is changed.
    func carryOut(
        _ number: Int64, _ orders: [RevocationOrder], at: Date
    ) async throws(StoreFailure) -> [SerialNumber]?
}
