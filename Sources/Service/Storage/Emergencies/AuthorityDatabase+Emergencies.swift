public import Foundation
public import SymbolonAccessPolicy
public import SymbolonAdministration
public import SymbolonAudit
public import SymbolonAuthority
import SymbolonNames

extension AuthorityDatabase: EmergencyStore {
    public func emergencies(limit: Int) async throws(StoreFailure) -> [Emergency] {
        try await engine.read { session in
            try session.rows("SELECT * FROM emergency ORDER BY number DESC LIMIT ?", [.integer(limit)])
                .map(EmergencyTable.emergency)
        }
    }

    public func emergency(_ number: Int64) async throws(StoreFailure) -> Emergency? {
        try await engine.lookUp { session in
            try session.row("SELECT * FROM emergency WHERE number = ?", [.integer(number)])
                .map(EmergencyTable.emergency)
        }
    }

    public func ask(_ wish: Emergency.Wish, audit: AuditAppend) async throws(StoreFailure) -> Int64 {
        try await engine.write { transaction in
            let next = try transaction.row("SELECT coalesce(max(number), 0) + 1 AS next FROM emergency")
            let number = try next?.integer("next") ?? 1
            try transaction.execute(
                """
                INSERT INTO emergency (number, subjects, services, seconds, reason, asked_at, asker, asked_by)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .integer(number), .text(StoredJSON.text(wish.subjects)), .text(StoredJSON.text(wish.services)),
                    .integer(wish.seconds), .text(wish.reason), .time(wish.at), .text(wish.by.identity),
                    .text(wish.by.actor),
                ])
            try transaction.append(audit)
            return number
        }
    }

    public func approve(
        _ permission: EmergencyPermission, by approver: Emergency.Voice, at now: Date, signed: SignedPolicy,
        after numbers: PolicyNumbers, audit: AuditAppend
    ) async throws(StoreFailure) -> UInt64 {
        try await engine.write { transaction in
            try PolicyTable.require(numbers, in: transaction)
            let changed = try transaction.execute(
                """
                UPDATE emergency SET approved_at = ?, approver = ?, approved_by = ?, begins_at = ?, ends_at = ?
                    WHERE number = ? AND approved_at IS NULL AND ended_at IS NULL
                """,
                [
                    .time(now), .text(approver.identity), .text(approver.actor), .time(permission.from),
                    .time(permission.until), .integer(permission.number),
                ])
            guard changed > 0 else { throw StoreFailure.overtaken }
            try GroupTable.count(in: transaction)
            return try Self.put(signed, audit, in: transaction)
        }
    }

    public func end(
        _ number: Int64, by actor: String, at now: Date, signed: SignedPolicy?, after numbers: PolicyNumbers,
        audit: AuditAppend
    ) async throws(StoreFailure) -> UInt64 {
        try await engine.write { transaction in
            try PolicyTable.require(numbers, in: transaction)
            let changed = try transaction.execute(
                """
                UPDATE emergency SET ended_at = ?, ended_by = ? WHERE number = ? AND ended_at IS NULL
                    AND (approved_at IS NOT NULL) = \(signed == nil ? "(1 = 0)" : "(1 = 1)")
                """, [.time(now), .text(actor), .integer(number)])
            guard changed > 0 else { throw StoreFailure.overtaken }
            guard let signed else {
                try transaction.append(audit)
                return try Self.changeCounter(in: transaction)
            }
            try GroupTable.count(in: transaction)
            return try Self.put(signed, audit, in: transaction)
        }
    }
}

/// What was permitted for emergencies.
enum EmergencyTable {
    /// Approved, and not ended by hand.
    static func permissions(in session: some StoreSession) throws -> [EmergencyPermission] {
        try session.rows(
            "SELECT * FROM emergency WHERE approved_at IS NOT NULL AND ended_at IS NULL ORDER BY number DESC LIMIT ?",
            [.integer(2 * EmergencyPermission.mostAtOnce)]
        ).map { row in
            var subjects: [SPIFFEID] = []
            for text in try StoredJSON.texts(try row.text("subjects")) {
                guard let identity = try? SPIFFEID(text) else {
                    throw StoreFailure.damaged("whom an emergency is about does not read back")
                }
                subjects.append(identity)
            }
            return EmergencyPermission(
                number: try row.integer("number"), subjects: subjects,
                services: try StoredJSON.texts(try row.text("services")), reason: try row.text("reason"),
                from: try row.time("begins_at"), until: try row.time("ends_at"), askedBy: try row.text("asker"),
                approvedBy: try row.text("approver"))
        }
    }

    static func emergency(_ row: StoreRow) throws -> Emergency {
        var approval: Emergency.Approval?
        if let at = try row.timeIfAny("approved_at") {
            approval = Emergency.Approval(
                at: at,
                by: Emergency.Voice(identity: try row.text("approver"), actor: try row.text("approved_by")),
                until: try row.time("ends_at"))
        }
        var ending: Emergency.Ending?
        if let at = try row.timeIfAny("ended_at") {
            ending = Emergency.Ending(at: at, actor: try row.text("ended_by"))
        }
        return Emergency(
            number: try row.integer("number"),
            wish: Emergency.Wish(
                subjects: try StoredJSON.texts(try row.text("subjects")),
                services: try StoredJSON.texts(try row.text("services")),
                seconds: Int(clamping: try row.integer("seconds")), reason: try row.text("reason"),
                at: try row.time("asked_at"),
                by: Emergency.Voice(identity: try row.text("asker"), actor: try row.text("asked_by"))),
            approval: approval, ending: ending)
    }
}
