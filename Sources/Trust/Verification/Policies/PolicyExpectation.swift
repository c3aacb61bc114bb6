public import SymbolonCertificates

/// What the verifying side asks of certificate policies: the inputs of RFC 5280 §6.1.1(c), (e), (f) and (g).
public struct PolicyExpectation: Hashable, Sendable {
    /// Nothing is asked: every policy will do, and none.
    public static let none = PolicyExpectation()

    /// The policies that the user accepts; `anyPolicy` among them: every one.
    public var initialPolicies: Set<ObjectIdentifier>
    /// The path must be valid for one of ``initialPolicies``.
    public var requiresExplicitPolicy: Bool
    /// No authority may map its policies to others.
    public var inhibitsPolicyMapping: Bool
    /// anyPolicy in a certificate stands for nothing.
    public var inhibitsAnyPolicy: Bool

    public init(
        initialPolicies: Set<ObjectIdentifier> = [.anyPolicy], requiresExplicitPolicy: Bool = false,
        inhibitsPolicyMapping: Bool = false, inhibitsAnyPolicy: Bool = false
    ) {
        self.initialPolicies = initialPolicies
        self.requiresExplicitPolicy = requiresExplicitPolicy
        self.inhibitsPolicyMapping = inhibitsPolicyMapping
        self.inhibitsAnyPolicy = inhibitsAnyPolicy
    }
}
