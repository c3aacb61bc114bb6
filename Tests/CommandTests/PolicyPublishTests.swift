import Foundation
import SymbolonAdministration
import SymbolonKeys
import SymbolonStorage
import SymbolonTestSupport
import Testing

@testable import symbolon

@Suite("symbolon policy publish, list and show; symbolon group")
struct PolicyPublishTests {
    private static let policy = """
        rules:
          - allow: laptops
            from: [laptop, phone]
          - allow: the night
            from: group:night
        """

    @Test("what is published is said by its rules, listed and shown as it is, and not published twice")
    func published() throws {
        let home = try Home.withAuthority()
        let file = try home.folder.write(Self.policy, to: "p.yaml")
        #expect(try home.done("policy", "list").out.contains("No policy was published yet"))
        try home.refused(2, ["policy", "show"], what: "no policy was published yet")
        try home.done("group", "add", "night", "person/alice", "till")

        let dry = try home.done("policy", "publish", file, "--dry-run")
        #expect(dry.out.contains("+ laptops") && dry.out.contains("would be published   version 1"))
        #expect(try home.done("policy", "list").out.contains("No policy"))
        let first = try home.done("policy", "publish", file, "--note", "begin")
        #expect(first.out.contains("published   version 1  (2 rules, sha256:"))
        #expect(first.out.contains("no end is connected: those that follow it are told when they are"))
        try home.folder.write(Self.policy.replacing(", phone", with: ""), to: "p.yaml")
        let second = try home.done("policy", "publish", file)
        #expect(second.out.contains("~ laptops") && !second.out.contains("the night"))
        #expect(
            try home.done("policy", "publish", file).out == "version 2 has this text already; nothing was published\n")
        let third = try home.objects("policy", "publish", "--again", "1")
        #expect(third.first?[flag: "isPublished"] == true)
        #expect(try home.objects("policy", "list").map { $0[number: "number"] } == [3, 2, 1])
        #expect(try home.done("policy", "show").out == Self.policy + "\n")
        #expect(try home.done("policy", "show", "2").out.contains("[laptop]"))
        try home.refused(2, ["policy", "show", "9"], what: "there is no version \"9\"")
        try home.refused(2, ["policy", "publish", "--again", "9"], what: "there is no version \"9\"")
    }

    @Test(
        "a file that is no policy publishes nothing, and each fault has its place; a group that nobody has is told of")
    func faults() throws {
        let home = try Home.withAuthority()
        let file = try home.folder.write("rules:\n  - allow: x\n    form: web\n    from: a*\n", to: "p.yaml")
        let bad = try home.run("policy", "publish", file)
        #expect(bad.status == 78 && bad.err.contains("p.yaml:3:5: ") && bad.err.contains("p.yaml:4:11: "), "\(bad.err)")
        try home.folder.write("rules:\n  - deny: x\n    from: group:lost\n", to: "p.yaml")
        let unknown = try home.done("policy", "publish", file)
        #expect(unknown.out.contains("p.yaml:3: there is no group \"lost\" here"), "\(unknown.out)")
        #expect(unknown.out.contains("do: write it under groups:, or make it the authority's: symbolon group add lost"))
        for words in [[file, "--again", "1"], [], [file, "--wait", "601"]] {
            #expect(try home.run(["policy", "publish"] + words).status == 64)
        }
    }

    @Test("members are whole identities or short names, also from a file, and those that change nothing are told")
    func groups() throws {
        let home = try Home.withAuthority()
        let file = try home.folder.write("# tills\ntill-1\n\nspiffe://other.example/till\n", to: "tills.txt")
        let added = try home.done("group", "add", "tills", "person/alice", "--from", file)
        #expect(added.out.contains("+ spiffe://example.internal/till-1\n"))
        #expect(added.out.contains("+ spiffe://other.example/till\n"))
        #expect(added.out.contains("tills   3 members, a new group\nno rule of the policy in force names it"))
        let again = try home.done("group", "add", "tills", "till-1", "till-2")
        #expect(again.out.contains("  spiffe://example.internal/till-1 is a member already\n"))
        let gone = try home.done("group", "remove", "tills", "till-1", "till-9")
        #expect(gone.out.contains("- spiffe://example.internal/till-1\n"))
        #expect(gone.out.contains("  spiffe://example.internal/till-9 was no member\n"))
        #expect(try home.objects("group", "show", "tills").count == 3)
        #expect(try home.objects("group", "list").map { $0[number: "members"] } == [3])
        try home.refused(2, ["group", "add", "tills", "person/*"], what: "cannot be in a group")
        try home.refused(2, ["group", "add", "Tills", "a"], what: "is no name of a group")
        try home.refused(2, ["group", "show", "lost"], what: "there is no group")
        try home.refused(2, ["group", "remove", "lost", "a"], what: "there is no group")
        #expect(try home.run("group", "remove", "tills").status == 64)
    }

    @Test("many members go in several steps, each with room in a request")
    func steps() {
        let names = (0..<2500).map { "spiffe://example.internal/till-\($0)" }
        let steps = MemberOptions.steps(names)
        #expect(steps.flatMap(\.self) == names)
        #expect(steps.allSatisfy { $0.count <= 1000 && $0.reduce(0) { $0 + $1.utf8.count } <= 48 << 10 })
        #expect(MemberOptions.steps([]) == [[]])
    }

    @Test("when another issuing authority becomes the active one, it signs what is in force")
    func signedAnew() async throws {
        let home = try Home.withAuthority()
        let file = try home.folder.write(Self.policy, to: "p.yaml")
        try home.done("policy", "publish", file)
        let store = try AuthorityDatabase.open(at: HomeFolder(home.path).database, mode: .readOnly)
        let before = try #require(try await store.signedPolicy())
        let made = try home.objects("authority", "prepare")
        let name = try #require(made.first?[text: "name"])
        try home.done("authority", "activate", name)
        let after = try #require(try await store.signedPolicy())
        #expect(after.numbers == before.numbers && after.signer != before.signer)
        #expect(after.signer.description.hasPrefix(name))
        #expect(try home.objects("audit", "show").contains { $0[text: "kind"] == "policy.signed" })
    }
}
