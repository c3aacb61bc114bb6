public import SymbolonAudit
public import SymbolonAuthority

/// Where an authority keeps its invitations, one for each number in use. Several processes may use one store.
public protocol InvitationStore: Sendable {
    /// Puts an invitation in the place of the one that it was made of, with the audit entries that go with it, in one
    /// transaction, durable on return.
    ///
    /// Revision 0 takes a number that has no row; revision r > 0 replaces revision r - 1.
    /// - Returns: false, with nothing stored, when another is stored there: somebody was first.
    func put(_ invitation: Invitation, audit: [AuditAppend]) async throws(StoreFailure) -> Bool

    func invitation(_ number: Int) async throws(StoreFailure) -> Invitation?
    /// By number; also those that are over and not yet replaced.
    func invitations() async throws(StoreFailure) -> [Invitation]
}
