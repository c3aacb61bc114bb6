public import Foundation
public import SymbolonAudit
public import SymbolonCertificates

/// Where one issuance is written down: the authority's store, or something that lets what the certificate is for become true
/// in the same two transactions.
public protocol IssuanceLedger: Sendable {
    /// Notes, before a key signs, what is about to be signed. `serialTaken` when any record has that serial.
    func record(_ intent: IssuanceIntent, audit: AuditAppend) async throws(StoreFailure)
    /// intended → issued; `conflict` from any other state.
    func complete(
        _ serialNumber: SerialNumber, certificate: [UInt8], at: Date, audit: AuditAppend
    ) async throws(StoreFailure)
}
