import Foundation
import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonNames
import SymbolonStorage
import SymbolonTestSupport
import Testing

@Suite("Z09: leave beyond the rules takes two people, and is loud")
struct EmergencyDeskTests {
    private let clock = ManualClock(Date())
    private let served: ServedAuthority
    private let ann: any Administration
    private let bob: any Administration
    private let oscar: any Administration

    init() async throws {
        let clock = clock
        served = try await ServedAuthority.start(clock: { clock.now })
        ann = try served.local(try await served.person("ann", .administrator))
        bob = try served.local(try await served.person("bob", .administrator))
        oscar = try served.local(try await served.person("oscar", .operator))
        _ = try await ann.perform(PublishPolicy(text: "allow x till\n"))
    }

    private func id(_ name: String) -> String { "spiffe://\(ServedAuthority.domain)/\(name)" }

    private var wish: AskEmergency {
        AskEmergency(subjects: [id("person/eve")], services: ["ledger"], seconds: 600, reason: "its disk is full")
    }

    private func inForce() async throws -> VerifiedPolicy {
        let statement = try #require(try await ann.perform(ShowPolicyInForce()).statement)
        return try PresentedPolicy(Array(statement.utf8)).verify(
            by: [try #require(served.authority.issuing.publicKey)], of: TrustDomain(ServedAuthority.domain))
    }

    @Test("an operator asks, an administrator approves: it is in what is signed, and the record has both words")
    func twoWords() async throws {
        let asked = try await oscar.perform(wish)
        #expect(asked.number == 1 && asked.state == .asked && asked.changeCounter == nil)
        // One word is none.
        #expect(try await inForce().statement.emergencies.isEmpty)
        let approved = try await ann.perform(ApproveEmergency(id: "1"))
        #expect(approved.state == .inForce && approved.changeCounter == 2)
        let found = try #require(try await inForce().statement.emergencies.first)
        #expect(found.number == 1 && found.services == ["ledger"] && found.reason == "its disk is full")
        #expect(found.subjects.map(\.description) == [id("person/eve")])
        #expect(found.until.timeIntervalSince(found.from) <= 600)
        #expect(found.askedBy == id("person/oscar") && found.approvedBy == id("person/ann"))
        let entries = try await ann.perform(ListAuditEntries(last: 100)).entries
        let first = try #require(entries.first { $0.kind == "emergency.asked" })
        #expect(first.actor.contains("person/oscar") && first.details["reason"] == "its disk is full")
        let second = try #require(entries.first { $0.kind == "emergency.approved" })
        #expect(second.actor.contains("person/ann") && second.details["askedBy"]?.contains("person/oscar") == true)
    }

    @Test("who asked does not approve it, whatever the role; by the authority's keys everybody is one person")
    func samePerson() async throws {
        _ = try await ann.perform(wish)
        await refused(.forbidden, ApproveEmergency(id: "1"), as: ann, saying: "it takes two")
        await refused(.forbidden, ApproveEmergency(id: "1"), as: ann, saying: "it takes two")
        #expect(try await inForce().statement.emergencies.isEmpty)
        // The honest twin.
        #expect(try await bob.perform(ApproveEmergency(id: "1")).state == .inForce)
        _ = try await served.keyholder.perform(wish)
        let other = LocalAdministration(served.parts, register: served.register, caller: .keyholder("another user"))
        await refused(.forbidden, ApproveEmergency(id: "2"), as: other, saying: "it takes two")
        #expect(try await ann.perform(ApproveEmergency(id: "2")).state == .inForce)
    }

    @Test("operators do not approve, viewers and holders do not ask or end; all who look may look")
    func roles() async throws {
        let vera = try served.local(try await served.person("vera", .viewer))
        let holder = try served.local(try await served.person("hal", profile: .client))
        for caller in [vera, holder] {
            await refused(.forbidden, wish, as: caller)
            await refused(.forbidden, EndEmergency(id: "1"), as: caller)
            await refused(.forbidden, ApproveEmergency(id: "1"), as: caller)
        }
        await refused(.forbidden, ListEmergencies(), as: holder)
        _ = try await ann.perform(wish)
        await refused(.forbidden, ApproveEmergency(id: "1"), as: oscar)
        #expect(try await vera.perform(ListEmergencies()).emergencies.map(\.number) == [1])
        #expect(try await bob.perform(ApproveEmergency(id: "1")).state == .inForce)
    }

    @Test("it is over by itself; a wish that nobody approves lapses; what is over is approved and ended no more")
    func time() async throws {
        _ = try await oscar.perform(wish)
        clock.advance(by: 3599)
        #expect(try await ann.perform(ApproveEmergency(id: "1")).state == .inForce)
        await refused(.conflict, ApproveEmergency(id: "1"), as: bob, saying: "in force already")
        clock.advance(by: 600)
        await refused(.conflict, EndEmergency(id: "1"), as: oscar, saying: "its time is over")
        await refused(.conflict, ApproveEmergency(id: "1"), as: bob, saying: "its time is over")
        // The next statement is without it.
        _ = try await ann.perform(PublishPolicy(text: "allow x till,web\n"))
        #expect(try await inForce().statement.emergencies.isEmpty)
        _ = try await oscar.perform(wish)
        clock.advance(by: 3601)
        await refused(.conflict, ApproveEmergency(id: "2"), as: ann, saying: "nobody approved it within an hour")
    }

    @Test("another policy and another group leave it in force; ended by hand, it is gone at once")
    func changes() async throws {
        _ = try await oscar.perform(wish)
        _ = try await ann.perform(ApproveEmergency(id: "1"))
        _ = try await ann.perform(PublishPolicy(text: "allow x group:night\n"))
        #expect(try await inForce().statement.emergencies.map(\.number) == [1])
        _ = try await ann.perform(ChangeGroup(group: "night", add: [id("till")]))
        let before = try await inForce()
        #expect(before.statement.emergencies.map(\.number) == [1] && before.statement.groups.count == 1)
        let ended = try await oscar.perform(EndEmergency(id: "1"))
        #expect(ended.state == .ended && ended.changeCounter != nil)
        let after = try await inForce()
        #expect(after.statement.emergencies.isEmpty && after.numbers.follow(before.numbers))
        #expect(after.statement.groups == before.statement.groups)
        // Declined: nothing was in force, and no end is told.
        _ = try await oscar.perform(wish)
        #expect(try await bob.perform(EndEmergency(id: "2")).changeCounter == nil)
        await refused(.conflict, ApproveEmergency(id: "2"), as: ann, saying: "it was ended by")
        #expect(try await inForce().numbers == after.numbers)
    }

    @Test("beyond its bounds it is not asked for")
    func nonsense() async throws {
        func wish(
            _ subjects: [String]? = nil, _ services: [String] = ["ledger"], _ seconds: Int = 600,
            _ reason: String = "why"
        ) -> AskEmergency {
            AskEmergency(
                subjects: subjects ?? [id("a")], services: services, seconds: seconds, reason: reason)
        }
        for bad in [
            wish([]), wish(["person/eve"]), wish(["spiffe://\(ServedAuthority.domain)"]),
            wish([id("person/*")]), wish((0...16).map { id("a\($0)") }), wish(nil, []), wish(nil, ["no such/name"]),
            wish(nil, ["ledger"], 59), wish(nil, ["ledger"], 14_401), wish(nil, ["ledger"], 600, ""),
            wish(nil, ["ledger"], 600, " "), wish(nil, ["ledger"], 600, "two\nlines"),
            wish(nil, ["ledger"], 600, "two\u{2028}lines"), wish(nil, ["ledger"], 600, "two\u{2029}lines"),
            wish(nil, [String(repeating: "x", count: 65)]), wish(nil, [""]),
            wish(nil, ["ledger"], 600, String(repeating: "x", count: 201)),
        ] {
            await refused(.malformed, bad, as: oscar)
        }
        for number in ["0", "-1", "x", "01", "9223372036854775808"] {
            await refused(.malformed, ApproveEmergency(id: number), as: ann)
        }
        await refused(.notFound, ApproveEmergency(id: "9"), as: ann)
        #expect(try await ann.perform(ListEmergencies()).emergencies.isEmpty)
        for _ in 0..<16 { _ = try await oscar.perform(wish()) }
        await refused(.refused, wish(), as: oscar, saying: "which is the limit")
        // What is over makes room.
        _ = try await oscar.perform(EndEmergency(id: "3"))
        #expect(try await oscar.perform(wish(nil, [String(repeating: "x", count: 64)])).number == 17)
        await refused(.refused, wish(), as: oscar, saying: "which is the limit")
    }

    @Test("where no policy is in force, no end would take it: it is refused")
    func noPolicy() async throws {
        let other = try await ServedAuthority.start()
        await refused(.refused, wish, as: other.keyholder, saying: "no policy was published")
    }
}
