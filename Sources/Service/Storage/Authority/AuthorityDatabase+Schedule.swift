public import Foundation
public import SymbolonAudit
public import SymbolonAuthority
public import SymbolonCertificates
import SymbolonRevocation

extension AuthorityDatabase: RevocationScheduleStore {
    public func schedule(
        _ order: ScheduledRevocation.Order, audit: AuditAppend
    ) async throws(StoreFailure) -> Int64 {
        try await engine.write { transaction in
            let row = try transaction.row(
                """
                INSERT INTO scheduled_revocation (serials, identities, reason, invalid_since, due, made_at, actor, state)
                VALUES (?, ?, ?, ?, ?, ?, ?, 'pending') RETURNING number
                """,
                [
                    .text(StoredJSON.text(order.serials.map(\.description))), .text(StoredJSON.text(order.identities)),
                    .integer(order.reason.code), .time(order.invalidSince), .time(order.due), .time(order.madeAt),
                    .text(order.actor),
                ])
            guard let number = try row?.integer("number") else {
                throw StoreFailure.damaged("a scheduled revocation got no number")
            }
            try transaction.append(audit)
            return number
        }
    }

    public func scheduledRevocations(all: Bool) async throws(StoreFailure) -> [ScheduledRevocation] {
        try await engine.read { session in
            try session.rows(
                "SELECT * FROM scheduled_revocation \(all ? "" : "WHERE state = 'pending'") ORDER BY due, number"
            ).map(Self.scheduled)
        }
    }

    public func dueRevocations(at now: Date) async throws(StoreFailure) -> [ScheduledRevocation] {
        try await engine.lookUp { session in
            try session.rows(
                "SELECT * FROM scheduled_revocation WHERE state = 'pending' AND due <= ? ORDER BY due, number",
                [.time(now)]
            ).map(Self.scheduled)
        }
    }

    public func cancelRevocation(
        _ number: Int64, at: Date, by actor: String, audit: AuditAppend
    ) async throws(StoreFailure) -> Bool? {
        try await engine.write { transaction in
            guard try transaction.exists("SELECT 1 FROM scheduled_revocation WHERE number = ?", [.integer(number)])
            else { return nil }
            let changed = try transaction.execute(
                """
                UPDATE scheduled_revocation SET state = 'cancelled', ended_at = ?, ended_by = ?
                    WHERE number = ? AND state = 'pending' AND due > ?
                """, [.time(at), .text(actor), .integer(number), .time(at)])
            guard changed > 0 else { return false }
            try transaction.append(audit)
            return true
        }
    }

    public func carryOut(
        _ number: Int64, _ orders: [RevocationOrder], at: Date
    ) async throws(StoreFailure) -> [SerialNumber]? {
        try await engine.write { transaction in
            let changed = try transaction.execute(
                """
                UPDATE scheduled_revocation SET state = 'done', ended_at = ? WHERE number = ? AND state = 'pending'
                """, [.time(at), .integer(number)])
            guard changed > 0 else { return nil }
            return try Self.revoke(orders, in: transaction)
        }
    }

    private static func scheduled(_ row: StoreRow) throws -> ScheduledRevocation {
        guard let reason = RevocationReason(code: Int(clamping: try row.integer("reason"))) else {
            throw StoreFailure.damaged("a scheduled revocation has no known reason")
        }
        let serials = try StoredJSON.texts(try row.text("serials")).map { text in
            guard let serial = SerialNumber(text) else {
                throw StoreFailure.damaged("a scheduled revocation's serial number does not read back")
            }
            return serial
        }
        let state: ScheduledRevocation.State =
            switch try row.text("state") {
            case "pending": .pending
            case "done": .done(at: try row.time("ended_at"))
            default: .cancelled(at: try row.time("ended_at"), by: try row.text("ended_by"))
            }
        return ScheduledRevocation(
            number: try row.integer("number"),
            order: ScheduledRevocation.Order(
                serials: serials, identities: try StoredJSON.texts(try row.text("identities")), reason: reason,
                invalidSince: try row.timeIfAny("invalid_since"), due: try row.time("due"),
                madeAt: try row.time("made_at"), actor: try row.text("actor")), state: state)
    }
}
