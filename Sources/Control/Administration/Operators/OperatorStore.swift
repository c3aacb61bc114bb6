public import SymbolonAudit
public import SymbolonAuthority
public import SymbolonCertificates

/// Where an authority keeps who its operators are.
///
/// As in `AuthorityStore`: what changes something is one transaction together with its audit entry. Identities are compared
/// byte for byte.
public protocol OperatorStore: Sendable {
    /// By identity, in order.
    func operators() async throws(StoreFailure) -> [Operator]
    func role(of identity: String) async throws(StoreFailure) -> Role?
    /// Of who holds this certificate, as one transaction sees it; nil when it is not an issued one, or was revoked since.
    func standing(of certificate: SerialNumber) async throws(StoreFailure) -> OperatorStanding?
    /// Adds an operator, or gives one another role. The same role again changes nothing, and writes no entry.
    /// - Returns: whether that was news. Throws `lastAdministrator` rather than leave none.
    func put(_ entry: Operator, audit: AuditAppend) async throws(OperatorFailure) -> Bool
    /// Throws `unknown` when there is no such operator, `lastAdministrator` rather than leave none.
    func remove(_ identity: String, audit: AuditAppend) async throws(OperatorFailure)
}

/// Whose a certificate is, and what role that identity has.
public struct OperatorStanding: Equatable, Sendable {
    /// DER.
    public let certificate: [UInt8]
    public let identity: String
    public let profile: String
    public let role: Role?

    public init(certificate: [UInt8], identity: String, profile: String, role: Role?) {
        self.certificate = certificate
        self.identity = identity
        self.profile = profile
        self.role = role
    }
}

/// Why the operators are as they were.
public enum OperatorFailure: Error, Equatable, Sendable {
    case unknown(String)
    /// Without an administrator nobody could add one over the network again.
    case lastAdministrator(String)
    case store(StoreFailure)
}
