public import SymbolonAudit
public import SymbolonAuthority
public import SymbolonNames

/// Where an authority keeps which others it believes, one for each trust domain.
public protocol FederationStore: Sendable {
    /// In the place of what was believed for its trust domain before. One transaction with the audit entry.
    func put(_ federated: FederatedAuthority, audit: AuditAppend) async throws(StoreFailure)
    /// Returns false, and writes no entry, when there is nothing to remove.
    func removeFederation(_ trustDomain: TrustDomain, audit: AuditAppend) async throws(StoreFailure) -> Bool
    /// By trust domain, also what is over.
    func federations() async throws(StoreFailure) -> [FederatedAuthority]
}
