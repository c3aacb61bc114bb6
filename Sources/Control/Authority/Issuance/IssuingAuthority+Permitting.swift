import SymbolonAudit
import SymbolonNames

extension IssuingAuthority {
    /// Adds to the names that this authority may certify, for good; the record says so in the same transaction.
    ///
    /// This value goes on as it was opened: what is new holds from the next opening on.
    /// - Returns: those that were not permitted before.
    public func permit(_ permissions: [Permission], actor: String) async throws(AuthorityFailure) -> [Permission] {
        let added = configuration.lacking(permissions)
        guard !added.isEmpty else { return [] }
        let now = clock()
        let event = AuditEvent(
            .authorityPermitted, at: now, actor: actor, subject: configuration.trustDomain.description,
            details: ["permitted": added.map(\.description).joined(separator: ", ")])
        do {
            try await store.permit(added, at: now, audit: AuditAppend(event, sealedBy: sealer))
        } catch {
            throw .store(error)
        }
        return added
    }
}
