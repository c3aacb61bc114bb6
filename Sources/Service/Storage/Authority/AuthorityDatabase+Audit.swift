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
            let end = try AuditTable.end(in: session)
            return end.last.map { AuditEnd(last: $0, head: end.head) }
        }
    }
}
