import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonRevocation

extension IssuingAuthority {
    /// Notes a revocation for a time to come. Returns its number.
    public func schedule(
        _ order: ScheduledRevocation.Order, in schedule: any RevocationScheduleStore
    ) async throws(RevocationFailure) -> Int64 {
        for serial in order.serials { _ = try await known(serial) }
        var details = ["reason": order.reason.rawValue, "at": CertificateTime(order.due).description]
        if !order.serials.isEmpty { details["serials"] = order.serials.map(\.description).joined(separator: " ") }
        if !order.identities.isEmpty { details["identities"] = order.identities.joined(separator: " ") }
        if let since = order.invalidSince { details["invalidSince"] = CertificateTime(since).description }
        let subject = order.identities.first ?? order.serials.first?.description ?? "certificates"
        let event = AuditEvent(
            .revocationScheduled, at: now, actor: order.actor, subject: subject, details: details)
        do throws(StoreFailure) {
            return try await schedule.schedule(order, audit: sealed(event))
        } catch {
            throw .store(error)
        }
    }

    /// Calls one off before its time. False when it is too late; nil when there is no such one.
    public func cancelRevocation(
        _ number: Int64, in schedule: any RevocationScheduleStore, actor: String
    ) async throws(RevocationFailure) -> Bool? {
        let event = AuditEvent(
            .revocationCancelled, at: now, actor: actor, subject: "scheduled revocation \(number)", details: [:])
        do throws(StoreFailure) {
            return try await schedule.cancelRevocation(number, at: now, by: actor, audit: sealed(event))
        } catch {
            throw .store(error)
        }
    }

    /// Makes those whose time has come. One that cannot be made now is tried again by the next call; it holds up no other.
    public func carryOutDueRevocations(
        in schedule: any RevocationScheduleStore
    ) async throws(RevocationFailure) {
        let due: [ScheduledRevocation]
        do throws(StoreFailure) {
            due = try await schedule.dueRevocations(at: now)
        } catch {
            throw .store(error)
        }
        var failure: RevocationFailure?
        for one in due {
            do throws(RevocationFailure) {
                try await carryOut(one, in: schedule)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    private func carryOut(
        _ one: ScheduledRevocation, in schedule: any RevocationScheduleStore
    ) async throws(RevocationFailure) {
        let order = one.order
        var records: [IssuanceRecord] = []
        for serial in order.serials { records.append(try await known(serial)) }
        do throws(StoreFailure) {
            for identity in order.identities {
                records += try await store.certificates(
                    matching: CertificateQuery(identity: identity, validAt: now, limit: .max))
            }
        } catch {
            throw .store(error)
        }
        if order.reason == .keyCompromise { records += try await others(withKeysOf: records) }
        // A hold is for what was issued; what is revoked by now needs none.
        if order.reason == .certificateHold {
            records.removeAll { if case .issued = $0.state { false } else { true } }
        }
        var seen: Set<SerialNumber> = []
        let orders = orders(
            for: records.filter { seen.insert($0.intent.serialNumber).inserted }, order.reason, .raising,
            order.invalidSince, "\(order.actor), scheduled as \(one.number)")
        do throws(StoreFailure) {
            _ = try await schedule.carryOut(one.number, orders, at: now)
        } catch {
            throw .store(error)
        }
    }
}
