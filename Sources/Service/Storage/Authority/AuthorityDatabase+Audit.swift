public import SymbolonAudit
public import SymbolonAuthority

extension AuthorityDatabase {
    public func append(_ audit: AuditAppend) async throws(StoreFailure) {
        try await engine.write { try $0.append(audit) }
    }

    public func auditEntries(from sequence: Int64, limit: Int) async throws(StoreFailure) -> [StoredAuditEntry] {
        try await engine.read { session in try AuditTable.entries(from: sequence, limit: limit, in: session) }
    }

    public func auditEnd() async throws(StoreFailure) -> AuditEnd? {
        try await engine.lookUp { session in
            guard let last = try AuditTable.last(in: session) else { return nil }
            return AuditEnd(last: last, head: try AuditTable.head(in: session))
        }
    }
}
