public import Foundation
public import SymbolonAudit
public import SymbolonKeys
public import SymbolonRevocation

/// Where an authority keeps its own certificates. `AuthorityStore.create` puts the first root and the first issuing authority
/// there, both active.
public protocol IssuerStore: Sendable {
    /// Oldest first.
    func issuers() async throws(StoreFailure) -> [Issuer]
    /// How many certificates of an issuing key have not ended, and no other took their place. Those of the authority's own servers
    /// and responders do not count: they live in memory, and are made anew at each start and each change.
    func remaining(below key: KeyFingerprint, at now: Date) async throws(StoreFailure) -> Int
    /// Everything in one transaction, with the change counter one up. `overtaken` when a step does not begin where it should,
    /// and `forbidden` when one of a role would not be active, or a root not outlive what is below it; then nothing changed.
    func change(_ change: IssuerChange, audit: AuditAppend) async throws(StoreFailure)
}

/// What is to become of an authority's own certificates, all at once.
public struct IssuerChange: Sendable {
    /// New ones, a root before what is below it.
    public var prepared: [Issuer]
    /// Taken in this order, after the new ones are there.
    public var steps: [IssuerStep]

    public init(prepared: [Issuer] = [], steps: [IssuerStep] = []) {
        self.prepared = prepared
        self.steps = steps
    }
}

/// One way in the drawing of `Issuer`.
public struct IssuerStep: Equatable, Sendable {
    public let key: KeyFingerprint
    public let from: Issuer.State
    public let to: Issuer.State
    public let at: Date
    public let revocation: Revocation?
    /// Nil: as it was.
    public let replacement: Issuer.Replacement?

    public init(
        _ key: KeyFingerprint, from: Issuer.State, to: Issuer.State, at: Date, revocation: Revocation? = nil,
        replacement: Issuer.Replacement? = nil
    ) {
        self.key = key
        self.from = from
        self.to = to
        self.at = at
        self.revocation = revocation
        self.replacement = replacement
    }
}
