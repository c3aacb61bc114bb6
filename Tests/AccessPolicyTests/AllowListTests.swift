import SymbolonAccessPolicy
import SymbolonCertificates
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("An allow list lets in whom a rule means, and nobody else")
struct AllowListDecisions {
    private let domain = try! TrustDomain(TestPKI.trustDomain)

    /// `spiffe://example.internal/web`, verified.
    private func peer() throws -> VerifiedPeer {
        let chain = TestPKI.goodChain()
        return try Verifier(anchors: [TrustAnchor(chain.anchor, for: domain)]).verify(
            PresentedChain(der: chain.der),
            expecting: Expectation(.client, revocation: .bestEffort(because: "the test has no revocation source")),
            at: noon)
    }

    private func list(_ patterns: String...) throws -> AllowList {
        AllowList(try patterns.map { try IdentityPattern($0, defaultDomain: domain) })
    }

    @Test("no rule means no")
    func empty() throws {
        #expect(AllowList([]).decide(try peer()) == .denied(considered: []))
    }

    @Test("the first rule that means the peer is named")
    func allowed() throws {
        let decision = try list("db", "*", "web").decide(try peer())
        #expect(decision == .allowed(rule: "spiffe://example.internal/*"))
        #expect(decision.isAllowed)
        #expect(
            try list("dns:web.example.internal").decide(try peer()) == .allowed(rule: "dns:web.example.internal"))
    }

    @Test("a denial names every rule that was looked at")
    func denied() throws {
        let decision = try list("db", "person/*").decide(try peer())
        #expect(
            decision
                == .denied(considered: ["spiffe://example.internal/db", "spiffe://example.internal/person/*"]))
        #expect(!decision.isAllowed)
    }
}
