import SymbolonCertificates

/// The policies of a path on the way down: the state variables of RFC 5280 §6.1.2(a), (d), (e), (f).
struct PolicyState {
    /// Nil: no policy is left that the whole path was issued under.
    private var graph: PolicyGraph? = PolicyGraph()
    /// How many more certificates may come until a policy must hold, until mappings stop counting, until anyPolicy does.
    private var explicitPolicy: Int
    private var policyMapping: Int
    private var inhibitAnyPolicy: Int
    private let initialPolicies: Set<ObjectIdentifier>

    /// - Parameter length: certificates of the path, the anchor not counted.
    init(_ expectation: PolicyExpectation, length: Int) {
        explicitPolicy = expectation.requiresExplicitPolicy ? 0 : length + 1
        policyMapping = expectation.inhibitsPolicyMapping ? 0 : length + 1
        inhibitAnyPolicy = expectation.inhibitsAnyPolicy ? 0 : length + 1
        initialPolicies = expectation.initialPolicies
    }

    /// RFC 5280 §6.1.3(d), (e), (f).
    mutating func process(_ certificate: PathCertificate, isLeaf: Bool) throws(VerificationFailure) {
        let admitsAny = inhibitAnyPolicy > 0 || (!isLeaf && certificate.isSelfIssued)
        if graph?.descend(by: certificate.extensions.policies, admitsAny: admitsAny) == false { graph = nil }
        try requirePolicy(of: certificate)
    }

    /// RFC 5280 §6.1.4(a), (b), (h), (i), (j).
    mutating func prepare(after authority: PathCertificate) throws(VerificationFailure) {
        if let mappings = authority.extensions.policyMappings { try map(mappings) }
        // (h)
        if !authority.isSelfIssued {
            explicitPolicy = max(0, explicitPolicy - 1)
            policyMapping = max(0, policyMapping - 1)
            inhibitAnyPolicy = max(0, inhibitAnyPolicy - 1)
        }
        narrow(by: authority)
    }

    /// RFC 5280 §6.1.4(i), (j). An anchor that comes as a certificate is held to what it says in the same way
    /// (RFC 5280 §6.2, RFC 5937 §3.2).
    mutating func narrow(by authority: PathCertificate) {
        let constraints = authority.extensions.policyConstraints
        explicitPolicy = min(explicitPolicy, constraints?.requireExplicitPolicy ?? .max)
        policyMapping = min(policyMapping, constraints?.inhibitPolicyMapping ?? .max)
        inhibitAnyPolicy = min(inhibitAnyPolicy, authority.extensions.inhibitAnyPolicy ?? .max)
    }

    /// RFC 5280 §6.1.5(a), (b), (g) and the last words of §6.1.5, with RFC 9618 §5.5: the user-constrained policy set.
    mutating func wrapUp(_ leaf: PathCertificate) throws(VerificationFailure) -> Set<ObjectIdentifier> {
        explicitPolicy = max(0, explicitPolicy - 1)
        if leaf.extensions.policyConstraints?.requireExplicitPolicy == 0 { explicitPolicy = 0 }
        let policies = userConstrained(graph?.authorityConstrainedPolicies() ?? [])
        guard explicitPolicy > 0 || !policies.isEmpty else { throw .policyNotAccepted(accepted: initialPolicies) }
        return policies
    }

    private mutating func map(_ mappings: PolicyMappings) throws(VerificationFailure) {
        // (a)
        for mapping in mappings.mappings
        where mapping.issuerDomainPolicy == .anyPolicy || mapping.subjectDomainPolicy == .anyPolicy {
            throw .policyMappedToAny
        }
        // (b)
        if policyMapping > 0 {
            graph?.map(mappings)
        } else if graph?.dropMapped(mappings) == false {
            graph = nil
        }
    }

    /// RFC 5280 §6.1.3(f).
    private func requirePolicy(of certificate: PathCertificate) throws(VerificationFailure) {
        guard explicitPolicy > 0 || graph != nil else {
            throw .policyMissing(stated: certificate.extensions.policies?.identifiers ?? [])
        }
    }

    private func userConstrained(_ policies: Set<ObjectIdentifier>) -> Set<ObjectIdentifier> {
        if initialPolicies.contains(.anyPolicy) { return policies }
        return policies.contains(.anyPolicy) ? initialPolicies : policies.intersection(initialPolicies)
    }
}
