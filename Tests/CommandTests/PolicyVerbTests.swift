import Foundation
import SymbolonTestSupport
import Testing

@testable import symbolon

@Suite("symbolon policy: checked, explained and tested")
struct PolicyVerbTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func policy(_ words: String...) throws -> ProgramRun {
        try run("/usr/bin/env", ["-C", folder.path, BuiltProgram.path("symbolon"), "policy"] + words)
    }

    /// The blocks of the guide: the first is the policy, the second its cases.
    private static func guide() throws -> [String] {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/Guides/Policy.md")
        let parts = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```yaml\n").dropFirst()
        return parts.map { $0.components(separatedBy: "```")[0] }
    }

    @Test("the guide's policy is good, and its cases come out as they say")
    func guide() throws {
        let blocks = try Self.guide()
        try #require(blocks.count == 2)
        try folder.write(blocks[0], to: "web-policy.yaml")
        try folder.write(blocks[1], to: "web-cases.yaml")
        let checked = try policy("check", "web-policy.yaml")
        #expect(checked.status == 0 && checked.out == "web-policy.yaml: good; 4 rules (3 allow, 1 deny)\n")
        let tested = try policy("test", "web-cases.yaml")
        #expect(tested.status == 0 && tested.out == "6 of 6 cases as expected\n")
        // One case spoiled, one failure.
        try folder.write(
            blocks[1].replacing("connections: '3', expect: deny", with: "connections: '3', expect: allow"),
            to: "spoiled.yaml")
        let spoiled = try policy("test", "spoiled.yaml")
        #expect(spoiled.status == 1)
        #expect(spoiled.out.contains("bob's fourth connection") && spoiled.out.contains("5 of 6 cases as expected"))
    }

    @Test("Z01: every fault is named with its line and column, and what to write")
    func faults() throws {
        try folder.write(
            """
            domain: example.internal
            rules:
              - allow: a
                form: web
              - allow: b
                from: [web, adm*]
                time: {hours: 8-18}
            """, to: "bad.yaml")
        let checked = try policy("check", "bad.yaml")
        #expect(checked.status == 78)
        for place in ["bad.yaml:4:5: ", "bad.yaml:6:17: ", "bad.yaml:7:19: "] {
            #expect(checked.err.contains(place), "\(place) in \(checked.err)")
        }
        for (text, said) in [
            ("", "the file is empty"), ("rules: [", "not YAML"), ("a: 1\na: 2\n", "stands here twice"),
            ("hello", "expected `name: value` lines"), ("rules: &a [*a]", ""),
            ("a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b]\n", "without end"),
        ] {
            try folder.write(text, to: "bad.yaml")
            let checked = try policy("check", "bad.yaml")
            #expect(checked.status == 78 && (said.isEmpty || checked.err.contains(said)), "\(text): \(checked.err)")
        }
        #expect(try policy("check", "none.yaml").err.contains("it does not exist"))
    }

    @Test("what is well-formed and hardly meant ends with 4, and is told with its line")
    func findings() throws {
        try folder.write(
            """
            rules:
              - allow: all
              - allow: web
                from: spiffe://example.internal/web
            """, to: "policy.yaml")
        let checked = try policy("check", "policy.yaml")
        #expect(checked.status == 4 && checked.out.contains("policy.yaml:3: \"web\" never decides"))
        let json = try policy("check", "policy.yaml", "--json")
        #expect(json.out.contains(#""kind":"shadowed","line":3"#) && json.out.contains(#""result":"attention""#))
    }

    @Test("explain says every rule with the fact that decided, and ends with the decision")
    func explained() throws {
        try folder.write(
            """
            rules:
              - allow: people
                from: person/*
                network: 10.0.0.0/8
              - deny: bob
                from: person/bob
            """, to: "policy.yaml")
        let words = ["explain", "policy.yaml", "--domain", "example.internal", "--to", "web"]
        func explain(_ more: String...) throws -> ProgramRun {
            try run("/usr/bin/env", ["-C", folder.path, BuiltProgram.path("symbolon"), "policy"] + words + more)
        }
        let allowed = try explain("--from", "person/alice", "--network", "10.1.2.3")
        #expect(allowed.status == 0 && allowed.out.contains("\"people\" allows it"))
        let elsewhere = try explain("--from", "person/alice", "--network", "11.1.2.3")
        #expect(elsewhere.status == 1 && elsewhere.out.contains("network: 11.1.2.3 is not in 10.0.0.0/8"))
        let unknown = try explain("--from", "person/alice")
        #expect(unknown.status == 1 && unknown.out.contains("is not known: nobody has said so"))
        let denied = try explain("--from", "person/bob", "--network", "10.1.2.3", "--json")
        #expect(denied.status == 1 && denied.out.contains(#""rule":"bob""#) && denied.out.contains(#""name":"people""#))
        #expect(try explain("--from", "person/*").status == 2)
    }
}
