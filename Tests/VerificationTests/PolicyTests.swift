import SymbolonCertificates
import SymbolonTestSupport
import SymbolonVerification
import Testing

/// Policies for tests: 1.3.6.1.4.1.55738.1.NUMBER.
private func policy(_ number: UInt32) -> ObjectIdentifier { ObjectIdentifier(1, 3, 6, 1, 4, 1, 55_738, 1, number) }

private func sequence(_ members: [[UInt8]]) -> [UInt8] {
    let contents = Array(members.joined())
    precondition(contents.count < 0x10000)
    return [0x30, 0x82, UInt8(contents.count >> 8), UInt8(contents.count & 0xFF)].dropLong(contents.count) + contents
}

extension [UInt8] {
    /// DER wants the shortest length.
    fileprivate func dropLong(_ count: Int) -> [UInt8] {
        if count < 0x80 { return [0x30, UInt8(count)] }
        return count < 0x100 ? [0x30, 0x81, UInt8(count)] : self
    }
}

private func oid(_ identifier: ObjectIdentifier) -> [UInt8] {
    [0x06, UInt8(identifier.contents.count)] + identifier.contents
}

extension CertificateSpec {
    fileprivate mutating func issued(under policies: ObjectIdentifier...) {
        let value = sequence(policies.map { sequence([oid($0)]) })
        otherExtensions.append(Extension(.certificatePolicies, isCritical: true, value: value))
    }

    fileprivate mutating func maps(_ pairs: (ObjectIdentifier, ObjectIdentifier)...) {
        maps(pairs)
    }

    fileprivate mutating func maps(_ pairs: [(ObjectIdentifier, ObjectIdentifier)]) {
        let value = sequence(pairs.map { sequence([oid($0), oid($1)]) })
        otherExtensions.append(Extension(.policyMappings, isCritical: true, value: value))
    }

    fileprivate mutating func constrains(explicit: UInt8? = nil, mapping: UInt8? = nil, isCritical: Bool = true) {
        let fields: [[UInt8]] = [explicit.map { [0x80, 1, $0] }, mapping.map { [0x81, 1, $0] }].compactMap(\.self)
        otherExtensions.append(Extension(.policyConstraints, isCritical: isCritical, value: sequence(fields)))
    }

    fileprivate mutating func inhibitsAny(after count: UInt8, isCritical: Bool = true) {
        otherExtensions.append(Extension(.inhibitAnyPolicy, isCritical: isCritical, value: [0x02, 1, count]))
    }
}

extension TestPKI {
    fileprivate func policies(_ expectation: PolicyExpectation = .none) throws -> Set<ObjectIdentifier> {
        try verify(der, trusting: [trusted], policies: expectation).path.policies
    }

    fileprivate func policyRefusal(_ expectation: PolicyExpectation = .none) -> Refusal? {
        verificationRefusal(der, trusting: [trusted], policies: expectation)
    }
}

@Suite("RFC 5280 §6.1, RFC 9618: certificate policies")
struct PolicyRules {
    private static let explicit = PolicyExpectation(requiresExplicitPolicy: true)

    @Test("a path is valid for the policies that all its certificates have")
    func common() throws {
        var chain = TestPKI.goodChain()
        #expect(try chain.policies() == [])
        chain.issuing.issued(under: policy(1), policy(2))
        chain.leaf.issued(under: policy(2), policy(3))
        #expect(try chain.policies() == [policy(2)])
        #expect(try chain.policies(PolicyExpectation(initialPolicies: [policy(2), policy(9)])) == [policy(2)])
        #expect(try chain.policies(PolicyExpectation(initialPolicies: [policy(1)])) == [])
    }

    @Test("anyPolicy stands for every policy, in an authority as in a leaf, unless it is inhibited")
    func any() throws {
        var chain = TestPKI.goodChain()
        chain.issuing.issued(under: .anyPolicy)
        chain.leaf.issued(under: policy(1))
        #expect(try chain.policies() == [policy(1)])
        chain.leaf.otherExtensions = []
        chain.leaf.issued(under: .anyPolicy)
        #expect(try chain.policies() == [.anyPolicy])
        #expect(try chain.policies(PolicyExpectation(initialPolicies: [policy(7)])) == [policy(7)])
        let inhibited = PolicyExpectation(requiresExplicitPolicy: true, inhibitsAnyPolicy: true)
        #expect(chain.policyRefusal(inhibited)?.failure == .policyMissing(stated: [.anyPolicy]))
        chain.issuing.inhibitsAny(after: 0)
        #expect(chain.policyRefusal(Self.explicit)?.failure == .policyMissing(stated: [.anyPolicy]))
        #expect(chain.policyRefusal(Self.explicit)?.place == .leaf)
    }

    @Test("where a policy is required, by us or by an authority, a path without one is refused")
    func explicitly() throws {
        var chain = TestPKI.goodChain()
        #expect(chain.policyRefusal(Self.explicit)?.failure == .policyMissing(stated: []))
        chain.issuing.issued(under: policy(1))
        chain.leaf.issued(under: policy(1))
        #expect(try chain.policies(Self.explicit) == [policy(1)])
        let other = PolicyExpectation(initialPolicies: [policy(2)], requiresExplicitPolicy: true)
        #expect(chain.policyRefusal(other)?.failure == .policyNotAccepted(accepted: [policy(2)]))

        chain.leaf.otherExtensions = []
        try chain.verified()
        chain.issuing.constrains(explicit: 0)
        #expect(chain.refusal()?.failure == .policyMissing(stated: []))
        chain.issuing.otherExtensions.removeLast()
        try chain.verified()
        chain.root.constrains(explicit: 0)
        #expect(chain.refusal()?.failure == .policyMissing(stated: []))
    }

    @Test("an authority's mapping lets its own policy be kept by the other, unless mapping is inhibited")
    func mapping() throws {
        var chain = TestPKI.goodChain()
        chain.issuing.issued(under: policy(1))
        chain.issuing.maps((policy(1), policy(2)))
        chain.leaf.issued(under: policy(2))
        #expect(try chain.policies(Self.explicit) == [policy(1)])
        let inhibited = PolicyExpectation(requiresExplicitPolicy: true, inhibitsPolicyMapping: true)
        #expect(chain.policyRefusal(inhibited)?.failure == .policyMissing(stated: [policy(2)]))
        chain.leaf.otherExtensions = []
        chain.leaf.issued(under: policy(1))
        #expect(chain.policyRefusal(Self.explicit)?.failure == .policyMissing(stated: [policy(1)]))
    }

    @Test("a mapping under anyPolicy holds as one under the policy itself")
    func mappingUnderAny() throws {
        var chain = TestPKI.goodChain()
        chain.issuing.issued(under: .anyPolicy)
        chain.issuing.maps((policy(1), policy(2)))
        chain.leaf.issued(under: policy(2))
        #expect(try chain.policies(Self.explicit).isSuperset(of: [policy(1)]))
    }

    @Test("nothing is mapped to or from anyPolicy")
    func mappingOfAny() throws {
        for pair in [(policy(1), ObjectIdentifier.anyPolicy), (.anyPolicy, policy(1))] {
            var chain = TestPKI.goodChain()
            chain.issuing.issued(under: policy(1))
            chain.issuing.maps(pair)
            let refusal = chain.refusal()
            #expect(refusal?.failure == .policyMappedToAny)
            #expect(refusal?.place == .intermediate(1))
        }
    }

    @Test("X24: anyExtendedKeyUsage switches no policy check off")
    func anyUsage() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.extendedKeyUsage = ExtendedKeyUsage(.serverAuth, .any)
        try verify(chain.der, trusting: [chain.trusted], profile: .rfc5280)
        let refusal = verificationRefusal(
            chain.der, trusting: [chain.trusted], profile: .rfc5280, policies: Self.explicit)
        #expect(refusal?.failure == .policyMissing(stated: []))
    }

    @Test("limits on policies must be critical")
    func marks() throws {
        var chain = TestPKI.goodChain()
        chain.issuing.inhibitsAny(after: 1)
        chain.issuing.constrains(mapping: 1)
        try chain.verified()
        chain.issuing.otherExtensions = []
        chain.issuing.inhibitsAny(after: 1, isCritical: false)
        #expect(chain.refusal()?.failure == .extensionMustBeCritical(.inhibitAnyPolicy))
        chain.issuing.otherExtensions = []
        chain.issuing.constrains(mapping: 1, isCritical: false)
        #expect(chain.refusal()?.failure == .extensionMustBeCritical(.policyConstraints))
    }

    @Test("X04: mappings of every policy to every other, at every level, cost no more than their number")
    func doubling() throws {
        let policies = (1...15).map { policy($0) }
        var authorities = [root("Policy Root")]
        for level in 1...7 {
            var next = authority("Policy Level \(level)")
            next.otherExtensions = [
                Extension(
                    .certificatePolicies, isCritical: true, value: sequence(policies.map { sequence([oid($0)]) }))
            ]
            next.maps(policies.flatMap { one in policies.map { (one, $0) } })
            authorities.append(next)
        }
        var leaf = TestPKI.leaf("web", serialNumber: [0x03])
        leaf.issued(under: policy(16))
        var presented = [leaf.der(signedBy: authorities[7])]
        for level in (1...7).reversed() { presented.append(authorities[level].der(signedBy: authorities[level - 1])) }
        let anchor = TrustAnchor(authorities[0].parsedRoot, for: domain)
        let clock = ContinuousClock()
        var refusal: Refusal?
        let spent = clock.measure {
            refusal = verificationRefusal(presented, trusting: [anchor], policies: Self.explicit)
        }
        #expect(refusal?.failure == .policyMissing(stated: [policy(16)]))
        // A tree would have 15^7 nodes. A second is a hundred times what the graph takes.
        #expect(spent < .seconds(1))

        leaf.otherExtensions = []
        leaf.issued(under: policy(3))
        presented[0] = leaf.der(signedBy: authorities[7])
        let peer = try verify(presented, trusting: [anchor], policies: Self.explicit)
        #expect(peer.path.policies == Set(policies))
    }
}
