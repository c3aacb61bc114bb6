import SymbolonAudit
import SymbolonNames
import Synchronization

extension IssuingAuthority {
    /// Adds to the names that this authority may certify, for good; the record says so in the same transaction.
    ///
    /// Other processes that have this authority open see it by `refreshPermissions`.
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
        permitted.withLock { $0 = $0.permitting(added) }
        return added
    }

    /// Takes up what other processes have permitted since. What is permitted is never taken back.
    public func refreshPermissions() async throws(StoreFailure) {
        guard let stored = try await store.authority() else { return }
        // What was read may be older than what this process has permitted meanwhile.
        permitted.withLock { known in known = stored.configuration.permitting(known.permissions) }
    }
}
