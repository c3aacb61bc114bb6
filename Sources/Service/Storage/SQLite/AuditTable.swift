import Foundation
import GRDB
import SymbolonAudit
import SymbolonAuthority

/// The audit record's two tables: the entries, and the one signed head.
enum AuditTable {
    /// Seals the event onto the end as this transaction sees it. The write lock is held, so no other entry can come
    /// between.
    static func append(_ audit: AuditAppend, in database: Database) throws {
        let sealed = try audit.seal(after: try last(in: database), head: try head(in: database))
        let entry = sealed.entry.stored
        try database.cachedStatement(
            sql: "INSERT INTO audit_entry (sequence, previous, event, hash) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [entry.sequence, Data(entry.previous), Data(entry.event), Data(entry.hash)])
        try database.cachedStatement(
            sql: """
                INSERT INTO audit_head (id, count, hash, signature) VALUES (1, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE
                    SET count = excluded.count, hash = excluded.hash, signature = excluded.signature
                """
        ).execute(arguments: [sealed.head.count, Data(sealed.head.hash), Data(sealed.head.signature)])
    }

    static func last(in database: Database) throws -> StoredAuditEntry? {
        let statement = try database.cachedStatement(
            sql: "SELECT sequence, previous, event, hash FROM audit_entry ORDER BY sequence DESC LIMIT 1")
        return try Row.fetchOne(statement).map(entry)
    }

    static func head(in database: Database) throws -> AuditHead? {
        let statement = try database.cachedStatement(sql: "SELECT count, hash, signature FROM audit_head")
        return try Row.fetchOne(statement).map { row in
            AuditHead(
                count: try row.stored("count"), hash: try row.octets("hash"), signature: try row.octets("signature"))
        }
    }

    static func entries(from sequence: Int64, limit: Int, in database: Database) throws -> [StoredAuditEntry] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT sequence, previous, event, hash FROM audit_entry WHERE sequence >= ? ORDER BY sequence LIMIT ?
                """)
        return try Row.fetchAll(statement, arguments: [sequence, max(0, limit)]).map(entry)
    }

    private static func entry(_ row: Row) throws -> StoredAuditEntry {
        StoredAuditEntry(
            sequence: try row.stored("sequence"), previous: try row.octets("previous"), event: try row.octets("event"),
            hash: try row.octets("hash"))
    }
}
