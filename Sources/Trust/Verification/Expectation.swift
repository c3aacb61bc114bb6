public import SymbolonNames

/// What the verifying side asks of a peer before anything of it is believed.
public struct Expectation: Hashable, Sendable {
    public var purpose: Purpose
    /// Every name here must be presented by the leaf (RFC 9525 §6); none here: whoever the authority vouches for.
    public var names: [ReferenceName]
    public var revocation: RevocationMode
    public var policies: PolicyExpectation

    public init(
        _ purpose: Purpose, names: [ReferenceName] = [], revocation: RevocationMode = .required,
        policies: PolicyExpectation = .none
    ) {
        self.purpose = purpose
        self.names = names
        self.revocation = revocation
        self.policies = policies
    }
}

/// What silence about revocation is worth. A certificate known to be revoked is refused under each.
public enum RevocationMode: Hashable, Sendable {
    /// Every certificate of the path must be known to be good.
    case required
    /// As `required`, but a certificate whose whole life is shorter than these hours passes when no source speaks for it:
    /// it ends about when its revocation would be known.
    case requiredUnlessLife(underHours: Int)
    /// A certificate that no source speaks for passes, for the reason that the operator gives.
    case bestEffort(because: String)
}
