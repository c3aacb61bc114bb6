import SymbolonAudit

/// The audit record's two tables: the entries, and the one signed head.
enum AuditTable {
    private static let columns = "sequence, previous, event, hash"

    static func insert(_ entry: StoredAuditEntry, in session: some StoreSession) throws {
        try session.execute(
            "INSERT INTO audit_entry (sequence, previous, event, hash) VALUES (?, ?, ?, ?)",
            [.integer(entry.sequence), .octets(entry.previous), .octets(entry.event), .octets(entry.hash)])
    }

    static func replace(_ head: AuditHead, in session: some StoreSession) throws {
        try session.execute(
            """
            INSERT INTO audit_head (id, count, hash, signature) VALUES (1, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE
                SET count = excluded.count, hash = excluded.hash, signature = excluded.signature
            """, [.integer(head.count), .octets(head.hash), .octets(head.signature)])
    }

    /// The record's last entry and its head, as one state of the store has them.
    static func end(in session: some StoreSession) throws -> (last: StoredAuditEntry?, head: AuditHead?) {
        let both = try session.row(
            """
            SELECT sequence, previous, event, audit_entry.hash AS hash, count, audit_head.hash AS head_hash, signature
            FROM audit_entry LEFT JOIN audit_head ON id = 1 ORDER BY sequence DESC LIMIT 1
            """)
        // A head of no entries is for the caller to wonder at.
        guard let both else {
            return (nil, try session.row("SELECT count, hash AS head_hash, signature FROM audit_head").flatMap(head))
        }
        return (try entry(both), try head(both))
    }

    /// `nil` where there is none beside the entry.
    private static func head(_ row: StoreRow) throws -> AuditHead? {
        guard let count = try row.integerIfAny("count") else { return nil }
        return AuditHead(count: count, hash: try row.octets("head_hash"), signature: try row.octets("signature"))
    }

    static func entries(from sequence: Int64, limit: Int, in session: some StoreSession) throws -> [StoredAuditEntry] {
        try session.rows(
            "SELECT \(columns) FROM audit_entry WHERE sequence >= ? ORDER BY sequence LIMIT ?",
            [.integer(sequence), .integer(max(0, limit))]
        ).map(entry)
    }

    /// True when the record has this very entry.
    static func contains(_ entry: StoredAuditEntry, in session: some StoreSession) throws -> Bool {
        try session.exists(
            "SELECT 1 FROM audit_entry WHERE sequence = ? AND hash = ?",
            [.integer(entry.sequence), .octets(entry.hash)])
    }

    private static func entry(_ row: StoreRow) throws -> StoredAuditEntry {
        StoredAuditEntry(
            sequence: try row.integer("sequence"), previous: try row.octets("previous"),
            event: try row.octets("event"), hash: try row.octets("hash"))
    }
}
