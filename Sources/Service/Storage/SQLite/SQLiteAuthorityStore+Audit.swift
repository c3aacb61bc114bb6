public import SymbolonAudit
public import SymbolonAuthority

extension SQLiteAuthorityStore {
    public func append(_ audit: AuditAppend) async throws(StoreFailure) {
        try await connection.write { try AuditTable.append(audit, in: $0) }
    }

    public func auditEntries(from sequence: Int64, limit: Int) async throws(StoreFailure) -> [StoredAuditEntry] {
        try await connection.read { try AuditTable.entries(from: sequence, limit: limit, in: $0) }
    }

    public func auditEnd() async throws(StoreFailure) -> AuditEnd? {
        try await connection.read { database in
            guard let last = try AuditTable.last(in: database) else { return nil }
            return AuditEnd(last: last, head: try AuditTable.head(in: database))
        }
    }
}
