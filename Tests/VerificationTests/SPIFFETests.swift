import SymbolonCertificates
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("SPIFFE X.509-SVID §2, §4, §5: who may carry a SPIFFE ID")
struct SPIFFERules {
    @Test(
        "W01: odd SPIFFE IDs are refused",
        arguments: [
            "spiffe://Example.internal/web", "SPIFFE://example.internal/web", "spiffe://user@example.internal/web",
            "spiffe://example.internal:443/web", "spiffe://example.internal/we%62", "spiffe://example.internal/web?a=b",
            "spiffe://example.internal/web#a", "spiffe://example.internal//web", "spiffe://example.internal/./web",
            "spiffe://example.internal/../web", "spiffe://example.internal/web/", "spiffe:///web",
            "spiffe:example.internal/web", "spiffe://example.internal/w b",
            "spiffe://example.internal/" + String(repeating: "a", count: 2048),
        ])
    func oddIDs(_ text: String) {
        var chain = TestPKI.goodChain()
        chain.leaf.names = [.uri(text)]
        #expect(chain.refusal()?.reason == "nameMalformed")
    }

    @Test(
        "W01: two URI names, and an ID without a path, are refused; one ID with a path and other kinds beside it is not"
    )
    func shape() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.names = [.uri("spiffe://example.internal/web"), .uri("spiffe://example.internal/db")]
        #expect(chain.refusal()?.failure == .severalURIsBesideSPIFFEID(count: 2))
        chain.leaf.names = [.uri("https://web.example.internal/"), .uri("spiffe://example.internal/web")]
        #expect(chain.refusal()?.failure == .severalURIsBesideSPIFFEID(count: 2))
        chain.leaf.names = [.uri("spiffe://example.internal")]
        #expect(chain.refusal()?.failure == .spiffeIDWithoutPath(spiffe("spiffe://example.internal")))
        chain.leaf.names = [.dns("web.example.internal"), .uri("spiffe://example.internal/web")]
        #expect(try chain.verified().identity == .name(.spiffe(spiffe("spiffe://example.internal/web"))))
    }

    @Test("a leaf with a SPIFFE ID has keyUsage, with digitalSignature and without cRLSign")
    func keyUsage() {
        var chain = TestPKI.goodChain()
        for usage in [nil, .keyEncipherment, [.digitalSignature, .crlSign]] as [KeyUsage?] {
            chain.leaf.keyUsage = usage
            #expect(chain.refusal(for: .any)?.failure == .keyUsageUnfitForSPIFFE(usage))
        }
    }

    @Test("an authority's SPIFFE ID is its trust domain's own")
    func authorityID() throws {
        var chain = TestPKI.goodChain()
        chain.issuing.names = [.uri("spiffe://example.internal")]
        try chain.verified()
        chain.issuing.names = [.uri("spiffe://example.internal/authority")]
        #expect(
            chain.refusal()?.failure == .authoritySPIFFEIDWithPath(spiffe("spiffe://example.internal/authority")))
        chain.issuing.names = [.uri("spiffe://other.internal")]
        #expect(
            chain.refusal()?.failure
                == .spiffeIDOutsideTrustDomain(spiffe("spiffe://other.internal"), believed: domain))
    }

    @Test("W03: a foreign domain's authority cannot issue an ID in ours")
    func foreignAuthority() throws {
        let ours = TestPKI.goodChain()
        let foreignRoot = root("Foreign Root")
        let foreign = try TrustDomain("foreign.example")
        let anchors = [ours.trusted, TrustAnchor(foreignRoot.parsedRoot, for: foreign)]

        var leaf = TestPKI.leaf("web", serialNumber: [0x77])
        let refusal = verificationRefusal([leaf.der(signedBy: foreignRoot)], trusting: anchors)
        #expect(
            refusal?.failure
                == .spiffeIDOutsideTrustDomain(spiffe("spiffe://example.internal/web"), believed: foreign))

        leaf.names = [.uri("spiffe://foreign.example/web")]
        try verify([leaf.der(signedBy: foreignRoot)], trusting: anchors)
        try verify(ours.der, trusting: anchors)
    }

    @Test("W03: an anchor that speaks for no domain vouches for no SPIFFE ID, and for other names all the same")
    func anchorWithoutDomain() throws {
        var chain = TestPKI.goodChain()
        let anchor = TrustAnchor(chain.anchor)
        #expect(
            verificationRefusal(chain.der, trusting: [anchor])?.failure
                == .spiffeIDOutsideTrustDomain(spiffe("spiffe://example.internal/web"), believed: nil))
        chain.leaf.names = [.dns("web.example.internal")]
        try verify(chain.der, trusting: [anchor], as: ["dns:web.example.internal"])
    }

    @Test("a federated anchor vouches for SPIFFE IDs of its own domain, and for no other name")
    func federated() throws {
        var chain = TestPKI.goodChain()
        let theirs = try TrustDomain("other.example")
        let federated = TrustAnchor(federated: chain.anchor, for: theirs)
        // Of our domain, beside nothing, or beside what it may say.
        #expect(
            verificationRefusal(chain.der, trusting: [federated])?.failure
                == .spiffeIDOutsideTrustDomain(spiffe("spiffe://example.internal/web"), believed: theirs))
        for names: [GeneralName] in [
            [.dns("web.example.internal")], [.ip([127, 0, 0, 1])], [.mail("root@example.internal")],
            [.dns("web.other.example")],
        ] {
            chain.leaf.names = names
            #expect(
                verificationRefusal(chain.der, trusting: [federated], for: .any)?.failure
                    == .subjectAlternativeNameMissing)
            // The honest twin: our own authority says so.
            try verify(chain.der, trusting: [TrustAnchor(chain.anchor, for: theirs)], for: .any)
        }
        chain.leaf.names = [
            .dns("web.example.internal"), .ip([127, 0, 0, 1]), .uri("spiffe://other.example/web"),
        ]
        let peer = try verify(chain.der, trusting: [federated])
        #expect(peer.names == [.spiffe(spiffe("spiffe://other.example/web"))])
        #expect(peer.identity == .name(.spiffe(spiffe("spiffe://other.example/web"))))
        let mismatch = verificationRefusal(chain.der, trusting: [federated], as: ["dns:web.example.internal"])
        #expect(mismatch?.reason == "nameMismatch")
        try verify(
            chain.der, trusting: [TrustAnchor(chain.anchor, for: theirs)], as: ["dns:web.example.internal"])
    }
}
