import SymbolonAccessPolicy
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("Counts and rates: kept at the door, one account for each identity")
struct UsageTests {
    private let alice = PeerIdentity.name(.spiffe(try! SPIFFEID("spiffe://example.internal/person/alice")))
    private let bob = PeerIdentity.name(.spiffe(try! SPIFFEID("spiffe://example.internal/person/bob")))

    private func isAllowed(
        _ compiled: CompiledPolicy, _ ledger: UsageLedger, _ identity: PeerIdentity, connection: UInt64? = nil,
        at now: Double
    ) -> Bool {
        guard case .name(let name) = identity else { return false }
        return compiled.decide(
            Question(
                from: Party(
                    [name], usage: .known(ledger.usage(of: identity, connection: connection, at: .seconds(now)))),
                to: "web", at: .sure(noon))
        ).isAllowed
    }

    @Test("a count: the newest are over it, and who was there first stays")
    func counts() throws {
        let three = CompiledPolicy(try policy(["allow": "few", "connections-below": "3"]))
        let two = CompiledPolicy(try policy(["allow": "fewer", "connections-below": "2"]))
        var ledger = UsageLedger()
        for id in 1...3 {
            #expect(isAllowed(three, ledger, alice, at: 0))
            ledger.admit(UInt64(id), of: alice, at: .zero, keeping: three.rateLimits)
        }
        #expect(!isAllowed(three, ledger, alice, at: 0))
        #expect(isAllowed(three, ledger, bob, at: 0))
        // Live ones are judged by those before them.
        for id in 1...3 { #expect(isAllowed(three, ledger, alice, connection: UInt64(id), at: 0)) }
        #expect((1...3).map { isAllowed(two, ledger, alice, connection: $0, at: 0) } == [true, true, false])
        ledger.leave(1, of: alice, at: .zero, keeping: three.rateLimits)
        #expect(isAllowed(three, ledger, alice, at: 0))
        #expect(isAllowed(two, ledger, alice, connection: 3, at: 0))
    }

    @Test("a rate: over the last minute, whatever the time of day, and what was let in stays")
    func rates() throws {
        let compiled = CompiledPolicy(try policy(["allow": "slow", "rate-below": "2 per 1m"]))
        var ledger = UsageLedger()
        for (id, now) in [(1, 0.0), (2, 30)] {
            #expect(isAllowed(compiled, ledger, alice, at: now))
            ledger.admit(UInt64(id), of: alice, at: .seconds(now), keeping: compiled.rateLimits)
            ledger.leave(UInt64(id), of: alice, at: .seconds(now), keeping: compiled.rateLimits)
        }
        #expect(!isAllowed(compiled, ledger, alice, at: 59))
        #expect(isAllowed(compiled, ledger, bob, at: 59))
        #expect(isAllowed(compiled, ledger, alice, at: 60))
        ledger.admit(3, of: alice, at: .seconds(60), keeping: compiled.rateLimits)
        #expect(!isAllowed(compiled, ledger, alice, at: 61))
        #expect(isAllowed(compiled, ledger, alice, connection: 3, at: 61))
    }
}
