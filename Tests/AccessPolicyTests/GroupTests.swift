import SymbolonAccessPolicy
import SymbolonNames
import SymbolonTestSupport
import Testing

@Suite("Groups of the authority")
struct GroupTests {
    private let crew: Set<SPIFFEID>
    private let night: GroupName

    init() throws {
        crew = Set(try ["person/alice", "till"].map { try SPIFFEID("\(domain.id)/\($0)") })
        night = try #require(GroupName("night"))
    }

    /// Read where the authority knows one group, the night.
    private func document(_ rules: Document...) throws -> PolicyDocument {
        try document(rules, groups: [night: crew])
    }

    private func document(_ rules: [Document], groups: [GroupName: Set<SPIFFEID>]?) throws -> PolicyDocument {
        try PolicyDocument(Document.fields([("rules", .list(rules))]).node, defaultDomain: domain, groups: groups)
    }

    private func isAllowed(_ who: String, by document: PolicyDocument) throws -> Bool {
        CompiledPolicy(document.policy).decide(try question("from=\(who) to=ledger")).isAllowed
    }

    @Test("a rule means the members, and nobody whose name only begins so")
    func members() throws {
        let allows = try document(["allow": "the night", "from": "group:night"])
        #expect(allows.authorityGroups == [night])
        for (who, expected) in [
            ("person/alice", true), ("till", true), ("person/alicex", false), ("person/alice/x", false),
            ("spiffe://other.example/till", false),
        ] {
            #expect(try isAllowed(who, by: allows) == expected, "\(who)")
        }
        let denies = try document(
            ["deny": "the night", "from": "group:night"], ["allow": "all", "from": "**"])
        #expect(try !isAllowed("till", by: denies))
        #expect(try isAllowed("app", by: denies))
    }

    @Test("an exception means the members too")
    func exception() throws {
        let allows = try document(
            .fields([("allow", "all"), ("from", "**"), ("unless", ["from": "group:night"])]))
        #expect(try !isAllowed("till", by: allows))
        #expect(try isAllowed("app", by: allows))
    }

    @Test("what is said of a refusal names the group, and not its members")
    func said() throws {
        let allows = try document(["allow": "the night", "from": "group:night"])
        let asked = try question("from=app to=ledger")
        let policy = CompiledPolicy(allows.policy)
        let because = policy.because(policy.decide(asked), of: asked, after: "the night")
        #expect(because.contains("group:night") && !because.contains("person/alice"))
    }

    @Test("a group that nobody knows allows nobody and denies in doubt; one without members denies nobody")
    func unknown() throws {
        let allows = try document(["allow": "x", "from": ["group:lost", "app"]])
        #expect(allows.unknownGroups.map(\.name.description) == ["lost"])
        #expect(try !isAllowed("till", by: allows))
        #expect(try isAllowed("app", by: allows))
        let denies = try document(["deny": "x", "from": "group:lost"], ["allow": "all", "from": "**"])
        #expect(try !isAllowed("till", by: denies))
        let asked = try question("from=till to=ledger")
        let policy = CompiledPolicy(denies.policy)
        #expect(policy.because(policy.decide(asked), of: asked).contains("there is no such group"))
        // The honest twin.
        let empty = try document(
            [["deny": "x", "from": "group:lost"], ["allow": "all", "from": "**"]],
            groups: [try #require(GroupName("lost")): []])
        #expect(try isAllowed("till", by: empty))
        #expect(empty.unknownGroups.isEmpty)
    }

    @Test("the check tells of a group that nobody knows, and of one that is there twice")
    func findings() throws {
        let unknown = try document([["allow": "x", "from": "group:lost"]], groups: [:])
        #expect(unknown.findings(at: noon).map(\.finding.kind) == [.unknownGroup])
        let doubled = try PolicyDocument(
            Document.fields([
                ("groups", ["night": ["app"]]), ("rules", [["allow": "x", "from": "group:night"]]),
            ]).node, defaultDomain: domain, groups: [night: crew])
        #expect(doubled.findings(at: noon).map(\.finding.kind) == [.doubledGroup])
        // The one that is written there is meant.
        #expect(try isAllowed("app", by: doubled) && !isAllowed("till", by: doubled))
    }

    @Test("where rules name the document's own groups alone, another one is a fault")
    func own() throws {
        #expect(throws: PolicyFaults.self) { try document([["allow": "x", "from": "group:night"]], groups: nil) }
        #expect(throws: PolicyFaults.self) { try document(["allow": "x", "from": "group:Night"]) }
    }

    @Test("a name is lower-case letters, digits and hyphens, 64 at most")
    func names() {
        for good in ["a", "night-shift", "7", String(repeating: "a", count: 64)] { #expect(GroupName(good) != nil) }
        for bad in ["", "Night", "night shift", "night_shift", "nächte", "a/b", String(repeating: "a", count: 65)] {
            #expect(GroupName(bad) == nil, "\(bad)")
        }
    }
}
