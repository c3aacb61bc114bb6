import Foundation
import SymbolonAccessPolicy
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("A decision: deny outranks allow, no rule means no, and the rule is named")
struct Decisions {
    private func decide(_ policy: Policy, _ text: String, at moment: ClockReading = .sure(noon)) throws -> Decision {
        let asked = try question(text, at: moment)
        let decision = CompiledPolicy(policy).decide(asked)
        #expect(Explanation(of: asked, by: policy).decision == decision)
        return decision
    }

    @Test("Z01: no rule at all, and no rule that means the peer, are both a no")
    func noRule() throws {
        #expect(try decide(.empty, "from=web to=ledger").outcome == .noRule(.peer))
        let one = try policy(["allow": "web", "from": "web"])
        #expect(try decide(one, "from=app to=ledger").outcome == .noRule(.peer))
        #expect(try decide(one, "from=web to=ledger").outcome == .allowed(by: "web", person: nil))
    }

    @Test("deny outranks allow wherever it stands; of several the first is named")
    func order() throws {
        let made = try policy(
            ["allow": "all"], ["deny": "late"], ["deny": "later", "from": "web"], ["allow": "again", "from": "web"])
        #expect(try decide(made, "from=web to=x").outcome == .denied(by: "late", .peer, inDoubt: false))
        let narrow = try policy(["allow": "first", "from": "*"], ["allow": "second", "from": "web"])
        #expect(try decide(narrow, "from=web to=x").rule == "first")
    }

    @Test("what is not known allows nothing and denies in doubt, and says so")
    func unknown() throws {
        let made = try policy(["allow": "healthy", "posture": "healthy"])
        #expect(try decide(made, "from=web to=x").outcome == .noRule(.peer))
        #expect(try decide(made, "from=web to=x posture=healthy").isAllowed)
        let denying = try policy(["allow": "all"], ["deny": "quarantined hosts", "posture": "quarantined"])
        #expect(
            try decide(denying, "from=web to=x").outcome == .denied(by: "quarantined hosts", .peer, inDoubt: true))
    }

    @Test("the patterns of an allow list are rules of the same policy, named as they are written in full")
    func patterns() throws {
        let chain = TestPKI.goodChain()
        let peer = try Verifier(anchors: [TrustAnchor(chain.anchor, for: domain)]).verify(
            PresentedChain(der: chain.der),
            expecting: Expectation(.client, revocation: .bestEffort(because: "the test has no revocation source")),
            at: noon)
        func decision(_ patterns: String...) throws -> Decision.Outcome {
            let list = Policy(allowing: try patterns.map { try IdentityPattern($0, defaultDomain: domain) })
            return CompiledPolicy(list).decide(Question(from: Party(peer), to: "ledger", at: .sure(noon))).outcome
        }
        #expect(try decision() == .noRule(.peer))
        #expect(try decision("db", "*", "web") == .allowed(by: "spiffe://example.internal/*", person: nil))
        #expect(try decision("dns:web.example.internal") == .allowed(by: "dns:web.example.internal", person: nil))
        #expect(try decision("db", "person/*") == .noRule(.peer))
        let both = try policy(["deny": "web is out", "from": "web"]).allowing([
            try IdentityPattern("web", defaultDomain: domain)
        ])
        #expect(try decide(both, "from=web to=x").rule == "web is out")
    }

    @Test("a proved certificate brings its kind, its age and its issuer, and no more")
    func peerFacts() throws {
        let chain = TestPKI.goodChain()
        let peer = try Verifier(anchors: [TrustAnchor(chain.anchor, for: domain)]).verify(
            PresentedChain(der: chain.der),
            expecting: Expectation(.client, revocation: .bestEffort(because: "the test has no revocation source")),
            at: noon)
        let party = Party(peer)
        #expect(party.certificate.kind == .known(.workload))
        #expect(party.certificate.notBefore == .known(peer.path.leaf.notBefore))
        #expect(party.certificate.issuerKey == .known(chain.issuing.key.publicKey.fingerprint))
        #expect(party.certificate.issuerDomain == .known(domain))
        #expect(party.key == .unknown(.notReported) && party.proof == .unknown(.notReported) && party.posture.isEmpty)
    }

    // MARK: Z06

    @Test("Z06: a service that acts for a person brings both, and what either may not, it may not")
    func actingFor() throws {
        let made = try policy(
            ["allow": "the app", "from": "app", "to": "ledger"],
            ["allow": "bookkeepers", "from": "person/alice", "to": "ledger"])
        // The honest twins: the app for itself, and for a person who may.
        #expect(try decide(made, "from=app to=ledger").isAllowed)
        #expect(
            try decide(made, "from=app to=ledger acting-for=person/alice").outcome
                == .allowed(by: "the app", person: "bookkeepers"))
        #expect(try decide(made, "from=app to=ledger acting-for=person/bob").outcome == .noRule(.person))
        #expect(try decide(made, "from=other to=ledger acting-for=person/alice").outcome == .noRule(.peer))
        let denied = try policy(["allow": "all"], ["deny": "bob is on leave", "from": "person/bob"])
        #expect(
            try decide(denied, "from=app to=ledger acting-for=person/bob").outcome
                == .denied(by: "bob is on leave", .person, inDoubt: false))
    }

    @Test("Z06: the service's certificate is no fact about the person, and the person's proof none about the service")
    func ownFacts() throws {
        let made = try policy(
            ["allow": "the app", "from": "app", "profile": "client"],
            ["allow": "people who proved themselves", "from": "person/*", "assurance": "user-verified"])
        let both = "from=app to=x profile=client acting-for=person/alice"
        #expect(try decide(made, both + " assurance=user-verified").isAllowed)
        #expect(try decide(made, both).outcome == .noRule(.person))
        let byProfile = try policy(["allow": "clients", "profile": "client"])
        #expect(try decide(byProfile, "from=app to=x profile=client").isAllowed)
        #expect(try decide(byProfile, both).outcome == .noRule(.person))
    }

    // MARK: Z08

    @Test("Z08: no decision is shared: the same path for another user, method or service is judged anew")
    func neverShared() throws {
        let compiled = CompiledPolicy(
            try policy([
                "allow": "alice reads", "from": "person/alice", "to": "ledger", "method": "GET", "path": "/a/**",
            ]))
        let good = "from=person/alice to=ledger method=GET path=/a/1"
        for _ in 0..<3 {
            for (text, isAllowed) in [
                (good, true), ("from=person/bob to=ledger method=GET path=/a/1", false),
                ("from=person/alice to=ledger method=POST path=/a/1", false),
                ("from=person/alice to=books method=GET path=/a/1", false),
                ("from=person/alice to=ledger method=GET path=/b/1", false), (good, true),
            ] {
                #expect(compiled.decide(try question(text)).isAllowed == isAllowed, "\(text)")
            }
        }
    }

    // MARK: When it is made again

    @Test("a decision says in how many seconds it has to be made again: the first of what it rests on")
    func standsFor() throws {
        let plain = try policy(["allow": "web", "from": "web"])
        #expect(try decide(plain, "from=web to=x").standsFor == nil)
        let life = try policy(["allow": "web", "from": "web", "for": "8h"])
        #expect(try decide(life, "from=web to=x age=1h").standsFor == 7 * 3600)
        #expect(try decide(life, "from=web to=x age=8h").outcome == .noRule(.peer))
        let window = try policy(
            ["allow": "web", "certificate-younger-than": "10h", "time": ["hours": "08:00-18:00"], "for": "12h"])
        #expect(try decide(window, "from=web to=x certificate-age=1h").standsFor == 6 * 3600)
        #expect(try decide(window, "from=web to=x certificate-age=9h").standsFor == 3600)
        let coming = try policy(
            ["allow": "all"], ["deny": "nights", "time": ["hours": "22:00-06:00"]],
            ["deny": "not asked of web", "from": "app", "time": ["hours": "13:00-14:00"]])
        #expect(try decide(coming, "from=web to=x").standsFor == 10 * 3600)
        #expect(try decide(coming, "from=app to=x").standsFor == 3600)
    }

    @Test("Z03: a posture signal that lapses is no signal any more")
    func posture() throws {
        let compiled = CompiledPolicy(try policy(["allow": "healthy", "posture": "healthy"]))
        var asked = try question("from=web to=x")
        asked.peer.posture = [.healthy: noon + 30]
        #expect(compiled.decide(asked).standsFor == 30)
        asked.moment = .sure(noon + 30)
        #expect(compiled.decide(asked).outcome == .noRule(.peer))
    }

    // MARK: Z10

    @Test("Z10: a clock that has jumped is believed for nothing: an allow by time fails, a deny by time denies")
    func clockInDoubt() throws {
        let allowing = try policy(["allow": "today", "time": ["until": "2026-06-02T00:00:00Z"]])
        let denying = try policy(["allow": "all"], ["deny": "nights", "time": ["hours": "22:00-06:00"]])
        let ageing = try policy(["allow": "young", "certificate-younger-than": "24h"])
        let plain = try policy(["allow": "web", "from": "web", "for": "8h"])
        let asked = "from=web to=x certificate-age=1h"
        for made in [allowing, denying, ageing, plain] { #expect(try decide(made, asked).isAllowed) }
        for jump in [-86_400.0, 86_400.0] {
            let doubt = ClockReading.doubtful(noon + jump)
            #expect(try decide(allowing, asked, at: doubt).outcome == .noRule(.peer))
            #expect(try decide(denying, asked, at: doubt).outcome == .denied(by: "nights", .peer, inDoubt: true))
            #expect(try decide(ageing, asked, at: doubt).outcome == .noRule(.peer))
            // What asks for no time is as before; how long a connection lives is measured by another clock.
            #expect(try decide(plain, asked, at: doubt).isAllowed)
        }
    }

    @Test("Z10: a minute either way is plausible, a day is not, and the doubt ends when the clock is right again")
    func plausibility() {
        let clock = PlausibleClock(at: noon, steady: .seconds(1000))
        func reading(_ offset: Double, after seconds: Double) -> ClockReading {
            clock.reading(of: noon + seconds + offset, steady: .seconds(1000 + seconds))
        }
        for passed in [0.0, 5, 1_000_000] {
            for offset in [-60.0, -1, 0, 1, 60] {
                #expect(reading(offset, after: passed) == .sure(noon + passed + offset))
            }
            for offset in [-86_400.0, -61, 61, 86_400] {
                #expect(reading(offset, after: passed) == .doubtful(noon + passed + offset))
            }
        }
        // Set in steps that are each small enough: the sum is what counts.
        #expect(reading(50, after: 10) == .sure(noon + 60))
        #expect(reading(100, after: 20).isDoubtful)
        #expect(!reading(0, after: 30).isDoubtful)
    }

    @Test("what is dated in the future is not young")
    func future() throws {
        let compiled = CompiledPolicy(try policy(["allow": "young", "certificate-younger-than": "24h"]))
        var asked = try question("from=web to=x")
        asked.peer.certificate.notBefore = .known(noon + 3600)
        #expect(!compiled.decide(asked).isAllowed)
        asked.peer.certificate.notBefore = .known(noon + 30)
        #expect(compiled.decide(asked).isAllowed)
    }
}
