import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import Synchronization

/// What an order becomes while its certificate is issued: claimed with the intent, valid with the certificate. Two
/// transactions, so that an order in `processing` has an intent, and a certificate that was let out has an order.
final class OrderLedger: IssuanceLedger {
    private let store: any ACMEStore
    private let claim: ACMEDecision
    /// As it is in `processing`.
    private let order: ACMEOrder
    private let claimed = Mutex(false)

    /// - Parameter claim: what becomes true with the intent.
    init(_ store: any ACMEStore, _ order: ACMEOrder, claim: ACMEDecision) {
        self.store = store
        self.order = order
        self.claim = claim
    }

    /// The intent is stored.
    var isClaimed: Bool { claimed.withLock { $0 } }

    func record(_ intent: IssuanceIntent, audit: AuditAppend) async throws(StoreFailure) {
        try await store.record(intent, audit: audit, with: claim)
        claimed.withLock { $0 = true }
    }

    func complete(
        _ serialNumber: SerialNumber, certificate: [UInt8], at: Date, audit: AuditAppend
    ) async throws(StoreFailure) {
        var next = order
        next.complete(with: serialNumber)
        var decision = ACMEDecision()
        decision.orders = [next]
        try await store.complete(serialNumber, certificate: certificate, at: at, audit: audit, with: decision)
    }
}
