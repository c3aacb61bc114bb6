import Foundation
public import SymbolonAudit
public import SymbolonAuthority
import SymbolonCertificates
public import SymbolonKeys
import SymbolonRevocation

extension AuthorityDatabase: RevocationListStore {
    private static let standing = """
        issuer_key, scope, kind, number, change_counter, this_update, next_update, entries, base_number,
            base_change_counter, base_this_update
        """

    public func listStandings(of issuer: KeyFingerprint) async throws(StoreFailure) -> [ListStanding] {
        try await engine.read { session in
            try session.rows(
                "SELECT \(Self.standing) FROM revocation_list WHERE issuer_key = ?", [.octets(issuer.bytes)]
            ).map(Self.standing)
        }
    }

    public func list(
        of issuer: KeyFingerprint, _ scope: ListScope, _ kind: ListStanding.Kind
    ) async throws(StoreFailure) -> PublishedList? {
        try await engine.read { session in
            try session.row(
                """
                SELECT \(Self.standing), list FROM revocation_list WHERE issuer_key = ? AND scope = ? AND kind = ?
                """, [.octets(issuer.bytes), .integer(scope.index), .text(kind.rawValue)]
            ).map { PublishedList(standing: try Self.standing($0), der: try $0.octets("list")) }
        }
    }

    private static func standing(_ row: StoreRow) throws -> ListStanding {
        guard let scope = ListScope(index: Int(clamping: try row.integer("scope"))),
            let kind = ListStanding.Kind(rawValue: try row.text("kind"))
        else { throw StoreFailure.damaged("a revocation list of no known scope or kind") }
        return ListStanding(
            issuerKey: try CertificateTable.key(row, "issuer_key"), scope: scope, kind: kind,
            number: try row.integer("number"), changeCounter: try counter(row, "change_counter"),
            thisUpdate: try row.time("this_update"), nextUpdate: try row.time("next_update"),
            count: Int(clamping: try row.integer("entries")),
            base: ListBase(
                number: try row.integer("base_number"), changeCounter: try counter(row, "base_change_counter"),
                thisUpdate: try row.time("base_this_update")))
    }

    private static func counter(_ row: StoreRow, _ column: String) throws -> UInt64 {
        guard let value = UInt64(exactly: try row.integer(column)) else {
            throw StoreFailure.damaged("column \(column) is negative")
        }
        return value
    }

    // MARK: What lists are made from

    public func changedShards(
        of issuer: KeyFingerprint, after changeCounter: UInt64
    ) async throws(StoreFailure) -> [ListScope: UInt64] {
        try await engine.read { session in
            var changes: [ListScope: UInt64] = [:]
            try session.each(
                """
                SELECT substr(serial, 1, 1) AS serial, max(revocation_change) AS change FROM certificate
                    WHERE issuer_key = ? AND revocation_change > ? GROUP BY substr(serial, 1, 1)
                """, [.octets(issuer.bytes), .integer(Int(clamping: changeCounter))]
            ) { row in
                let scope = ListScope.shard(of: try CertificateTable.serialNumber(row))
                changes[scope] = max(changes[scope] ?? 0, try Self.counter(row, "change"))
            }
            return changes
        }
    }

    public func contents(of lists: [ListSelection]) async throws(StoreFailure) -> ListContents {
        try await engine.read { session in
            ListContents(
                changeCounter: try Self.changeCounter(in: session),
                entries: try lists.map { try Self.entries(of: $0, in: session) })
        }
    }

    private static func entries(
        of selection: ListSelection, in session: any StoreSession
    ) throws -> RevokedCertificates {
        let (condition, arguments) = condition(selection)
        let count = try session.row("SELECT count(*) AS number FROM certificate WHERE \(condition)", arguments)
        var entries = RevokedCertificates(expecting: Int(clamping: try count?.integer("number") ?? 0))
        // These columns are in an index of their own: of a million revoked certificates no row is read.
        let isDelta = if case .delta = selection.content { true } else { false }
        try session.each(
            """
            SELECT serial, revocation_reason, revoked_at, invalid_since\(isDelta ? ", released_at" : "") FROM certificate
                WHERE \(condition) ORDER BY serial
            """, arguments
        ) { row in
            let serialNumber = try CertificateTable.serialNumber(row)
            if isDelta, try row.integerIfAny("revoked_at") == nil {
                entries.append(released: serialNumber, at: try row.time("released_at"))
            } else {
                entries.append(
                    serialNumber, try CertificateTable.revocation(row),
                    invalidSince: try row.timeIfAny("invalid_since"))
            }
        }
        return entries
    }

    private static func condition(_ selection: ListSelection) -> (String, [StoreValue]) {
        var parts = ["issuer_key = ?"]
        var arguments: [StoreValue] = [.octets(selection.issuerKey.bytes)]
        let octets = selection.scope.firstOctets
        if let from = octets.from {
            parts.append("serial >= ?")
            arguments.append(.octets([from]))
        }
        if let below = octets.below {
            parts.append("serial < ?")
            arguments.append(.octets([below]))
        }
        switch selection.content {
        case .complete(let keptFrom, let listedUpTo):
            parts.append("revoked_at IS NOT NULL AND (not_after >= ? OR revocation_change > ?)")
            arguments += [.integer(keptFrom.storedMilliseconds(.up)), .integer(Int(clamping: listedUpTo))]
        case .delta(let after):
            parts.append("revocation_change > ?")
            arguments.append(.integer(Int(clamping: after)))
        }
        return (parts.joined(separator: " AND "), arguments)
    }

    // MARK: Publishing

    public func publish(_ lists: [ListPublication], audit: AuditAppend) async throws(StoreFailure) -> Bool {
        try await engine.write { transaction in
            for publication in lists {
                let standing = publication.list.standing
                let row = try transaction.row(
                    "SELECT number FROM revocation_list WHERE issuer_key = ? AND scope = ? AND kind = ?",
                    Self.key(standing))
                guard try row?.integer("number") == publication.replaces else { return false }
            }
            for publication in lists { try Self.put(publication, in: transaction) }
            try transaction.append(audit)
            return true
        }
    }

    private static func key(_ standing: ListStanding) -> [StoreValue] {
        [.octets(standing.issuerKey.bytes), .integer(standing.scope.index), .text(standing.kind.rawValue)]
    }

    private static func put(_ publication: ListPublication, in transaction: StoreTransaction) throws {
        let standing = publication.list.standing
        let values: [StoreValue] = [
            .integer(standing.number), .integer(Int(clamping: standing.changeCounter)), .time(standing.thisUpdate),
            .time(standing.nextUpdate), .integer(standing.count), .integer(standing.base.number),
            .integer(Int(clamping: standing.base.changeCounter)), .time(standing.base.thisUpdate),
            .octets(publication.list.der),
        ]
        if publication.replaces == nil {
            try transaction.execute(
                """
                INSERT INTO revocation_list (number, change_counter, this_update, next_update, entries, base_number,
                    base_change_counter, base_this_update, list, issuer_key, scope, kind)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """, values + key(standing))
        } else {
            try transaction.execute(
                """
                UPDATE revocation_list SET number = ?, change_counter = ?, this_update = ?, next_update = ?, entries = ?,
                    base_number = ?, base_change_counter = ?, base_this_update = ?, list = ?
                WHERE issuer_key = ? AND scope = ? AND kind = ?
                """, values + key(standing))
        }
    }
}
