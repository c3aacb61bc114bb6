public import Foundation
public import SymbolonAuthority
import SymbolonCertificates

extension AuthorityDatabase: EndLedger {
    public func note(_ confirmations: [EndConfirmation]) async throws(StoreFailure) {
        guard !confirmations.isEmpty else { return }
        try await engine.write { transaction in
            for one in confirmations { try Self.note(one, in: transaction) }
        }
    }

    private static func note(_ confirmation: EndConfirmation, in transaction: StoreTransaction) throws {
        let standing = confirmation.standing
        // Those of the same identity that fell silent make room for one that speaks.
        try transaction.execute(
            """
            DELETE FROM end_standing WHERE identity = ? AND end_id <> ? AND heard_at + promise < ?
                AND (SELECT count(*) FROM end_standing AS other WHERE other.identity = end_standing.identity) >= ?
            """,
            [
                .text(standing.identity), .octets(standing.end.octets), .time(standing.heardAt),
                .integer(EndStanding.mostOfAnIdentity),
            ])
        try transaction.execute(
            """
            INSERT INTO end_standing (identity, end_id, certificate, kind, name, promise, confirmed, confirmed_at, heard_at, live,
                connections) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (identity, end_id) DO UPDATE SET certificate = excluded.certificate, kind = excluded.kind, name = excluded.name,
                promise = excluded.promise, confirmed = excluded.confirmed,
                confirmed_at = CASE WHEN excluded.confirmed = end_standing.confirmed THEN end_standing.confirmed_at
                    ELSE excluded.confirmed_at END,
                heard_at = excluded.heard_at, live = excluded.live, connections = excluded.connections
                WHERE excluded.heard_at >= end_standing.heard_at
            """,
            [
                .text(standing.identity), .octets(standing.end.octets),
                .octets(standing.certificate.map { Array($0.magnitude) }), .text(standing.kind.rawValue),
                .text(standing.name), .integer(Int64(standing.promise * 1000)),
                .integer(Int64(clamping: standing.confirmed)), .time(standing.confirmedAt), .time(standing.heardAt),
                .integer(standing.live), .text(try StoredJSON.text(confirmation.connections)),
            ])
    }

    public func forget(_ end: EndID, of identity: String) async throws(StoreFailure) {
        try await engine.write { transaction in
            try transaction.execute(
                "DELETE FROM end_standing WHERE identity = ? AND end_id = ?", [.text(identity), .octets(end.octets)])
        }
    }

    public func forgetEnds(silentSince date: Date) async throws(StoreFailure) {
        try await engine.write { transaction in
            try transaction.execute("DELETE FROM end_standing WHERE heard_at < ?", [.time(date)])
        }
    }

    private static let standingColumns =
        "identity, end_id, certificate, kind, name, promise, confirmed, confirmed_at, heard_at, live"

    /// Live at a moment, which is the argument, and able to speak.
    private static let isLive = """
        heard_at + promise >= ? AND NOT EXISTS (SELECT 1 FROM certificate
            WHERE certificate.serial = end_standing.certificate AND certificate.revoked_at IS NOT NULL)
        """

    public func endStandings() async throws(StoreFailure) -> [EndStanding] {
        try await engine.read { session in
            try session.rows("SELECT \(Self.standingColumns) FROM end_standing ORDER BY name, identity, end_id")
                .map(Self.endStanding)
        }
    }

    public func ends(behind version: UInt64, at now: Date) async throws(StoreFailure) -> [EndStanding] {
        try await engine.read { session in
            try session.rows(
                """
                SELECT \(Self.standingColumns) FROM end_standing WHERE confirmed < ? AND \(Self.isLive)
                    ORDER BY name, identity, end_id
                """, [.integer(Int64(clamping: version)), .time(now)]
            ).map(Self.endStanding)
        }
    }

    public func liveEndCount(at now: Date) async throws(StoreFailure) -> Int {
        try await engine.read { session in
            let row = try session.row(
                "SELECT count(*) AS number FROM end_standing WHERE \(Self.isLive)", [.time(now)])
            return Int(clamping: try row?.integer("number") ?? 0)
        }
    }

    public func liveConnections(
        on serials: [String], at now: Date
    ) async throws(StoreFailure) -> [String: Int] {
        let wanted = Set(serials)
        return try await engine.read { session in
            var found: [String: Int] = [:]
            try session.each(
                "SELECT connections FROM end_standing WHERE live > 0 AND heard_at + promise >= ?", [.time(now)]
            ) { row in
                let connections = try StoredJSON.value([String: Int].self, from: try row.text("connections"))
                for (serial, count) in connections where wanted.contains(serial) { found[serial, default: 0] += count }
            }
            return found
        }
    }

    private static func certificate(_ row: StoreRow) throws -> SerialNumber? {
        guard let magnitude = try row.octetsIfAny("certificate") else { return nil }
        do {
            return try SerialNumber(magnitude: magnitude)
        } catch {
            throw StoreFailure.damaged("a serial number does not read back: \(error)")
        }
    }

    private static func endStanding(_ row: StoreRow) throws -> EndStanding {
        guard let end = EndID(try row.octets("end_id")), let confirmed = UInt64(exactly: try row.integer("confirmed")),
            let kind = EndStanding.Kind(rawValue: try row.text("kind"))
        else { throw StoreFailure.damaged("what an end has said does not read back") }
        return EndStanding(
            end: end, identity: try row.text("identity"), certificate: try certificate(row), kind: kind,
            name: try row.text("name"),
            promise: TimeInterval(try row.integer("promise")) / 1000, confirmed: confirmed,
            confirmedAt: try row.time("confirmed_at"), heardAt: try row.time("heard_at"),
            live: Int(clamping: try row.integer("live")))
    }
}
