import Foundation
import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonNames
import SymbolonStorage
import SymbolonTestSupport
import Testing

@Suite("The authority's policy and groups")
struct PolicyDeskTests {
    private let served: ServedAuthority
    private let asked: any Administration

    init() async throws {
        served = try await ServedAuthority.start()
        asked = try served.remote(try await served.person("ann", .administrator))
    }

    private func inForce() async throws -> VerifiedPolicy {
        let statement = try #require(try await asked.perform(ShowPolicyInForce()).statement)
        return try PresentedPolicy(Array(statement.utf8)).verify(
            by: [try #require(served.authority.issuing.publicKey)], of: TrustDomain(ServedAuthority.domain))
    }

    private func id(_ name: String) -> String { "spiffe://\(ServedAuthority.domain)/\(name)" }

    @Test(
        "versions follow one another, each signed and told by what it changes; an earlier one comes back as a new one")
    func versions() async throws {
        await refused(
            .notFound, ShowPolicyVersion(version: "current"), as: asked, saying: "no policy was published yet")
        #expect(try await asked.perform(ShowPolicyInForce()).statement == nil)
        let first = try await asked.perform(PublishPolicy(text: "allow a web\nallow b app\n", note: "begin"))
        #expect(first.isPublished && first.version.number == 1 && first.version.rules == 2)
        #expect(first.difference.added == ["a", "b"] && first.changeCounter == 1)
        let second = try await asked.perform(PublishPolicy(text: "allow b app,web\nallow c till\n"))
        #expect(second.difference.added == ["c"] && second.difference.removed == ["a"])
        #expect(second.difference.changed == ["b"])
        #expect(try await inForce().statement.text == "allow b app,web\nallow c till\n")

        let dry = try await asked.perform(PublishPolicy(again: 1, dryRun: true))
        #expect(!dry.isPublished && dry.version.number == 3 && dry.changeCounter == nil)
        #expect(try await inForce().numbers == PolicyNumbers(policy: 2, groups: 0))
        let back = try await asked.perform(PublishPolicy(again: 1, note: "the tills are gone"))
        #expect(back.isPublished && back.version.number == 3 && back.version.again == 1)
        #expect(back.version.digest == first.version.digest)
        #expect(try await inForce().numbers == PolicyNumbers(policy: 3, groups: 0))
        let same = try await asked.perform(PublishPolicy(text: "allow a web\nallow b app\n"))
        #expect(!same.isPublished && same.version.number == 3 && same.changeCounter == nil)
        #expect(try await asked.perform(ListPolicyVersions()).versions.map(\.number) == [3, 2, 1])
        #expect(try await asked.perform(ShowPolicyVersion(version: "2")).text == "allow b app,web\nallow c till\n")
        #expect(try await asked.perform(ShowPolicyVersion(version: "current")).version.number == 3)
        let entries = try await asked.perform(ListAuditEntries(last: 100)).entries
        #expect(entries.count { $0.kind == "policy.published" && $0.actor.contains("person/ann") } == 3)
    }

    @Test("what is no policy, has no text or two, or a note of two lines publishes nothing")
    func refusals() async throws {
        await refused(.refused, PublishPolicy(text: "allow a\n"), as: asked, saying: "line 1: three words")
        await refused(.refused, PublishPolicy(text: "permit a web\n"), as: asked, saying: "line 1: ")
        await refused(.refused, PublishPolicy(text: "allow a adm*\n"), as: asked)
        await refused(.malformed, PublishPolicy(), as: asked)
        await refused(.malformed, PublishPolicy(text: "allow a web\n", again: 1), as: asked)
        await refused(.malformed, PublishPolicy(text: "allow a web\n", note: "two\nlines"), as: asked)
        await refused(.malformed, PublishPolicy(text: "allow a web\n", note: ""), as: asked)
        await refused(.notFound, PublishPolicy(again: 7), as: asked, saying: "no version \"7\"")
        for word in ["0", "-1", "x", "9223372036854775808"] {
            await refused(.notFound, ShowPolicyVersion(version: word), as: asked)
        }
        #expect(try await asked.perform(ListPolicyVersions()).versions.isEmpty)
        #expect(try await served.store.changeCounter() == 0)
    }

    @Test("members come and leave; what rules name is signed with them, and what they do not name no end is told")
    func groups() async throws {
        let begun = try await asked.perform(ChangeGroup(group: "night", add: [id("a"), id("b")]))
        #expect(begun.isNew && begun.added == [id("a"), id("b")] && begun.changeCounter == nil && !begun.isNamed)
        _ = try await asked.perform(ChangeGroup(group: "day"))
        let published = try await asked.perform(PublishPolicy(text: "allow x group:night\ndeny y group:lost\n"))
        #expect(published.findings.map(\.kind) == ["unknownGroup"])
        let night = try #require(GroupName("night"))
        #expect(try await inForce().statement.groups == [night: Set([SPIFFEID(id("a")), SPIFFEID(id("b"))])])
        #expect(try await inForce().numbers == PolicyNumbers(policy: 1, groups: 2))

        let changed = try await asked.perform(
            ChangeGroup(group: "night", add: [id("c"), id("b")], remove: [id("a"), id("z")]))
        #expect(changed.added == [id("c")] && changed.removed == [id("a")] && changed.members == 2 && changed.isNamed)
        #expect(changed.changeCounter == 2)
        #expect(try await inForce().numbers == PolicyNumbers(policy: 1, groups: 3))
        let same = try await asked.perform(ChangeGroup(group: "night", add: [id("c")], remove: [id("a")]))
        #expect(same.added.isEmpty && same.removed.isEmpty && same.changeCounter == nil)
        let other = try await asked.perform(ChangeGroup(group: "day", add: [id("a")]))
        #expect(!other.isNamed && other.changeCounter == nil)
        #expect(try await inForce().numbers == PolicyNumbers(policy: 1, groups: 3))
        // Who was in doubt by it is not any more.
        let found = try await asked.perform(ChangeGroup(group: "lost"))
        #expect(found.isNamed && found.changeCounter == 3)
        let empty = try await asked.perform(ChangeGroup(group: "night", remove: [id("b"), id("c")]))
        #expect(empty.members == 0 && empty.changeCounter == 4)
        #expect(try await inForce().statement.groups[night] == [])
        #expect(try await asked.perform(ListGroups()).groups.map(\.name) == ["day", "lost", "night"])
        #expect(try await asked.perform(ShowGroup(group: "day")).members.map(\.identity) == [id("a")])
        let entries = try await asked.perform(ListAuditEntries(last: 100)).entries.filter { $0.kind == "group.changed" }
        #expect(entries.contains { $0.subject == "night" && $0.details["removed"] == "\(id("b")) \(id("c"))" })
        #expect(entries.count == 6)
    }

    @Test("a group takes identities alone, and so many at once")
    func members() async throws {
        for text in [
            "a", "spiffe://example.internal", "spiffe://Example.internal/a", "spiffe://example.internal/*", "",
        ] {
            await refused(.malformed, ChangeGroup(group: "night", add: [text]), as: asked)
        }
        await refused(.malformed, ChangeGroup(group: "Night", add: [id("a")]), as: asked, saying: "lower-case")
        await refused(.malformed, ChangeGroup(group: "night", add: [id("a")], remove: [id("a")]), as: asked)
        await refused(.notFound, ChangeGroup(group: "night", remove: [id("a")]), as: asked)
        await refused(.notFound, ShowGroup(group: "night"), as: asked)
        await refused(.tooLarge, ChangeGroup(group: "night", add: (0...1000).map { id("a\($0)") }), as: asked)
        await refused(
            .tooLarge,
            ChangeGroup(group: "night", add: (0..<100).map { id("a\($0)" + String(repeating: "x", count: 500)) }),
            as: asked)
        #expect(try await asked.perform(ListGroups()).groups.isEmpty)
        // The honest twin; another domain's identities may be members.
        let added = try await asked.perform(
            ChangeGroup(group: "night", add: (0..<900).map { id("a\($0)") } + ["spiffe://other.example/b"]))
        #expect(added.members == 901)
    }

    @Test("of many who change it at the same time, each change is made once and all are in what is signed last")
    func atOnce() async throws {
        _ = try await asked.perform(PublishPolicy(text: "allow x group:night\n"))
        let keyholder = served.keyholder
        try await withThrowingTaskGroup(of: GroupChangeReport.self) { group in
            for number in 0..<6 {
                let operation = ChangeGroup(group: "night", add: [id("a\(number)")])
                group.addTask { try await keyholder.perform(operation) }
            }
            for try await report in group { #expect(report.added.count == 1) }
        }
        let last = try await inForce()
        #expect(last.numbers == PolicyNumbers(policy: 1, groups: 6))
        #expect(last.statement.groups.values.map(\.count) == [6])
    }
}
