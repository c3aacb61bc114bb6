public import SymbolonAudit
public import SymbolonAuthority

/// Where an authority keeps who its operators are.
///
/// As in `AuthorityStore`: what changes something is one transaction together with its audit entry. Identities are compared
/// byte for byte.
public protocol OperatorStore: Sendable {
    /// By identity, in order.
    func operators() async throws(StoreFailure) -> [Operator]
    func role(of identity: String) async throws(StoreFailure) -> Role?
    /// Adds an operator, or gives one another role. The same role again changes nothing, and writes no entry.
    /// - Returns: whether that was news. Throws `lastAdministrator` rather than leave none.
    func put(_ entry: Operator, audit: AuditAppend) async throws(OperatorFailure) -> Bool
    /// Throws `unknown` when there is no such operator, `lastAdministrator` rather than leave none.
    func remove(_ identity: String, audit: AuditAppend) async throws(OperatorFailure)
}

/// Why the operators are as they were.
public enum OperatorFailure: Error, Equatable, Sendable {
    case unknown(String)
    /// Without an administrator nobody could add one over the network again.
    case lastAdministrator(String)
    case store(StoreFailure)
}
