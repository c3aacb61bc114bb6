import Foundation
import SymbolonCertificates
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("RFC 5280 §6.1.5: the leaf, for what it is used")
struct LeafWrapUp {
    @Test(
        "refuses",
        arguments: [
            Spoiled("the certificate of an authority", .leafIsAuthority, at: .leaf) {
                $0.leaf.isAuthority = true
                $0.leaf.criticality[.basicConstraints] = true
            },
            Spoiled("W02: a leaf with keyCertSign", .leafMaySignCertificates, at: .leaf) {
                $0.leaf.keyUsage = [.digitalSignature, .keyCertSign]
            },
            Spoiled("a path length without being an authority", .pathLengthWithoutAuthority, at: .leaf) {
                $0.leaf.basicConstraints = BasicConstraints(isAuthority: false, pathLength: 0)
            },
            Spoiled("name constraints on a leaf", .constraintsOnLeaf, at: .leaf) {
                $0.leaf.nameConstraints = .permitting(dns: "example.internal")
            },
            Spoiled(
                "a key that may not sign, as a server's", .keyUsageUnfit(.keyEncipherment, for: .server), at: .leaf
            ) { $0.leaf.keyUsage = .keyEncipherment },
            Spoiled(
                "a key that may not sign, as a client's", .keyUsageUnfit(.keyAgreement, for: .client), at: .leaf,
                for: .client
            ) { $0.leaf.keyUsage = .keyAgreement },
        ])
    func refusal(_ spoiled: Spoiled) { spoiled.check() }

    @Test("X26: under rfc5280 an authority may be a leaf, and limits paths only if it may sign certificates")
    func authorityAsLeaf() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.names = [.dns("web.example.internal")]
        chain.leaf.basicConstraints = BasicConstraints(isAuthority: true, pathLength: 0)
        let refusal = verificationRefusal(chain.der, trusting: [chain.trusted], profile: .rfc5280)
        #expect(refusal?.failure == .pathLengthWithoutAuthority)
        var signing = chain
        signing.leaf.keyUsage = [.digitalSignature, .keyCertSign]
        try verify(signing.der, trusting: [chain.trusted], profile: .rfc5280)
        signing.leaf.criticality[.basicConstraints] = false
        let unmarked = verificationRefusal(signing.der, trusting: [chain.trusted], profile: .rfc5280)
        #expect(unmarked?.failure == .extensionMustBeCritical(.basicConstraints))
        chain.leaf.basicConstraints = BasicConstraints(isAuthority: true)
        try verify(chain.der, trusting: [chain.trusted], profile: .rfc5280)
    }

    @Test("an end entity that says so in basicConstraints is a leaf")
    func explicitEndEntity() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.isAuthority = false
        try chain.verified()
    }
}

@Suite("T22: the extended key usage fits the purpose, along the whole path")
struct ExtendedKeyUsageRules {
    @Test(
        "T22: refuses",
        arguments: [
            Spoiled(
                "a client that shows a server's certificate",
                .extendedKeyUsageUnfit(ExtendedKeyUsage(.serverAuth), for: .client), at: .leaf, for: .client
            ) { $0.leaf.extendedKeyUsage = ExtendedKeyUsage(.serverAuth) },
            Spoiled(
                "a server that shows a client's certificate",
                .extendedKeyUsageUnfit(ExtendedKeyUsage(.clientAuth), for: .server), at: .leaf
            ) { $0.leaf.extendedKeyUsage = ExtendedKeyUsage(.clientAuth) },
            Spoiled("a leaf for any purpose, as a server", .extendedKeyUsageUnrestricted(for: .server), at: .leaf) {
                $0.leaf.extendedKeyUsage = ExtendedKeyUsage(.any)
            },
            Spoiled(
                "a leaf for any purpose and for this one, as a client", .extendedKeyUsageUnrestricted(for: .client),
                at: .leaf, for: .client
            ) { $0.leaf.extendedKeyUsage = ExtendedKeyUsage(.clientAuth, .any) },
            Spoiled("a leaf without a purpose, as a server", .extendedKeyUsageMissing(for: .server), at: .leaf) {
                $0.leaf.extendedKeyUsage = nil
            },
            Spoiled(
                "a leaf without a purpose, as a client", .extendedKeyUsageMissing(for: .client), at: .leaf, for: .client
            ) { $0.leaf.extendedKeyUsage = nil },
            Spoiled(
                "an intermediate that issues for servers only, over a client",
                .extendedKeyUsageUnfit(ExtendedKeyUsage(.serverAuth), for: .client), at: .intermediate(1), for: .client
            ) { $0.issuing.extendedKeyUsage = ExtendedKeyUsage(.serverAuth) },
            Spoiled(
                "an anchor that issues for mail only, over a server",
                .extendedKeyUsageUnfit(ExtendedKeyUsage(.emailProtection), for: .server), at: .anchor
            ) { $0.root.extendedKeyUsage = ExtendedKeyUsage(.emailProtection) },
        ])
    func refusal(_ spoiled: Spoiled) { spoiled.check() }

    @Test("T22: a certificate for this end is accepted, under an intermediate for both ends or for any purpose")
    func honest() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.extendedKeyUsage = ExtendedKeyUsage(.clientAuth)
        try chain.verified(for: .client)
        chain.leaf.extendedKeyUsage = ExtendedKeyUsage(.serverAuth)
        try chain.verified(for: .server)
        chain.issuing.extendedKeyUsage = ExtendedKeyUsage(.serverAuth, .clientAuth)
        try chain.verified(for: .server)
        chain.issuing.extendedKeyUsage = ExtendedKeyUsage(.any)
        try chain.verified(for: .server)
    }

    @Test("X24: any purpose on the leaf, or none asked for, switches no other check off")
    func anySwitchesNothingOff() {
        var chain = TestPKI.goodChain()
        chain.leaf.extendedKeyUsage = ExtendedKeyUsage(.any)
        chain.leaf.notAfter = noon - 1
        #expect(chain.refusal(for: .any)?.failure == .expired(notAfter: noon - 1, at: noon))
    }
}
