import Foundation
import SymbolonTestSupport
import Testing

@testable import symbolon

@Suite("symbolon policy replay: what the log says was decided, decided again")
struct PolicyReplayTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(
            """
            domain: example.internal
            rules:
              - allow: people in office hours
                from: person/*
                time: {hours: '08:00-18:00'}
              - allow: young clients
                from: [laptop, dns:phone.example.org]
                network: 10.0.0.0/8
                profile: client
                issuer: example.internal
                certificate-younger-than: 24h
            """, to: "policy.yaml")
    }

    private func replay(_ words: String..., lines: [String]) throws -> ProgramRun {
        try folder.write(lines.joined(separator: "\n") + "\n", to: "ends.jsonl")
        return try run(
            "/usr/bin/env",
            [
                "-C", folder.path, BuiltProgram.path("symbolon"), "policy", "replay", "policy.yaml", "--log",
                "ends.jsonl",
            ]
                + words)
    }

    private static let facts =
        #""profile":"client","issuer":"example.internal","issuerKey":"sha256:00000000000000000000000000000000000000000000000000000000000000aa","validFrom":"2026-11-20T08:00:00Z""#

    /// As ends write them.
    private func accepted(
        _ id: Int, _ peer: String, at moment: String, from address: String = "10.1.2.3", names: [String]? = nil,
        rule: String = "old rule", facts: String? = facts, role: String = "protect", event: String = "accepted",
        more: String = ""
    ) -> String {
        let name = "spiffe://example.internal/\(peer)"
        let names = (names ?? [name]).map { "\"\($0)\"" }.joined(separator: ",")
        return
            #"{"timestamp":"\#(moment)","event_type":"\#(event)","id":\#(id),"service":"ledger","role":"\#(role)","since":"\#(moment)","address":"\#(address):4711","src_ip":"\#(address)","src_port":4711,"dest_ip":"10.9.9.9","dest_port":7443,"proto":"TCP","peer":"\#(name)","names":[\#(names)]\#(facts.map { "," + $0 } ?? ""),"serial":"0\#(id)","rule":"\#(rule)"\#(more)}"#
    }

    private func refused(_ id: Int, _ peer: String, at moment: String, stage: String = "policy") -> String {
        let name = "spiffe://example.internal/\(peer)"
        return
            #"{"timestamp":"\#(moment)","event_type":"refused","role":"protect","stage":"\#(stage)","fault":"unclear","reason":"policy","src_ip":"10.1.2.3","src_port":1,"dest_ip":"10.9.9.9","dest_port":7443,"proto":"TCP","address":"10.1.2.3:1","service":"ledger","id":\#(id),"clause":"","place":"","at":"\#(moment)","subject":"\#(name)","explanation":"\#(name) is proved, but no rule allows it","remedy":"","names":["\#(name)"],\#(Self.facts)}"#
    }

    @Test("nothing differs: 0; lines of other things, of doors and of other refusals are passed over")
    func same() throws {
        let result = try replay(lines: [
            #"{"timestamp":"2026-11-20T08:00:00Z","event_type":"listening","service":"ledger","role":"protect","address":"x"}"#,
            accepted(1, "person/alice", at: "2026-11-20T09:00:00Z"),
            accepted(2, "laptop", at: "2026-11-20T09:00:00Z"),
            accepted(3, "nobody", at: "2026-11-20T09:00:00Z", role: "reach"),
            refused(4, "nobody", at: "2026-11-20T09:00:00Z"),
            refused(5, "laptop", at: "2026-11-20T09:00:00Z", stage: "verification"),
            #"{"timestamp":"2026-11-20T08:00:00Z","event_type":"whatever comes"}"#, "",
        ])
        #expect(result.status == 0, "\(result.out)\(result.err)")
        #expect(result.out == "0 of 3 decisions would come out differently\n")
    }

    @Test("differences are told by kind, with both reasons, how often, and when; both ways")
    func differences() throws {
        let result = try replay(lines: [
            accepted(1, "person/alice", at: "2026-11-20T19:00:00Z"),
            accepted(2, "person/alice", at: "2026-11-20T20:00:00Z"),
            refused(3, "person/bob", at: "2026-11-20T09:00:00Z"),
        ])
        #expect(result.status == 1)
        #expect(result.out.contains("- 2 × spiffe://example.internal/person/alice → ledger: would be denied"))
        #expect(result.out.contains(#"was: "old rule" allowed it"#))
        #expect(result.out.contains("2026-11-20T19:00:00Z to 2026-11-20T20:00:00Z, first protect/ledger/1"))
        #expect(result.out.contains("+ 1 × spiffe://example.internal/person/bob → ledger: would be allowed"))
        #expect(result.out.contains(#"now: "people in office hours" allows it"#))
        #expect(result.out.contains("3 of 3 decisions would come out differently"))
        let json = try replay("--json", lines: [accepted(1, "person/alice", at: "2026-11-20T19:00:00Z")])
        #expect(json.status == 1)
        #expect(json.out.contains(#""formerRule":"old rule""#) && json.out.contains(#""wouldBe":"deny""#))
        #expect(json.out.contains(#""differ":1,"judged":1"#), "\(json.out)")
    }

    @Test(
        "each fact of a line is used",
        arguments: [
            ("address", "10.1.2.3", "11.1.2.3"), ("profile", #""profile":"client""#, #""profile":"person""#),
            ("issuer", #""issuer":"example.internal""#, #""issuer":"other.example""#),
            ("age", "2026-11-20T08:00:00Z", "2026-11-18T08:00:00Z"),
        ])
    func facts(_ what: String, _ good: String, _ bad: String) throws {
        let line = accepted(1, "laptop", at: "2026-11-20T09:00:00Z")
        #expect(try replay(lines: [line]).status == 0)
        let spoiled = line.replacing(good, with: bad)
        #expect(spoiled != line)
        #expect(try replay(lines: [spoiled]).status == 1, "\(what)")
        // Another name of the same peer counts as well.
        #expect(
            try replay(lines: [
                accepted(
                    1, "phone", at: "2026-11-20T09:00:00Z",
                    names: ["spiffe://example.internal/phone", "dns:phone.example.org"])
            ]).status == 0)
    }

    @Test("what a line does not say is counted, and not guessed")
    func cannotTell() throws {
        let old = accepted(1, "laptop", at: "2026-11-20T09:00:00Z", facts: nil)
        let result = try replay(lines: [old])
        #expect(result.status == 4)
        #expect(
            result.out.contains("? 1 cannot be told: they rest on profile, issuer, certificate-younger-than"),
            "\(result.out)")
        // Where nothing rests on it, it is told.
        #expect(try replay(lines: [accepted(1, "tablet", at: "2026-11-20T09:00:00Z", facts: nil)]).status == 1)
        let nameless = refused(1, "person/bob", at: "2026-11-20T09:00:00Z")
            .replacing(#""names":["spiffe://example.internal/person/bob"],"#, with: "")
        #expect(try replay(lines: [nameless]).out.contains("1 cannot be told: they rest on from,"))
    }

    @Test(
        "a connection counts once, by the line of its beginning or of its end; its end by the rules is a second decision"
    )
    func once() throws {
        let more = #","reason":"finished","explanation":"x","at":"2026-11-20T10:00:00Z""#
        let moment = "2026-11-20T09:00:00Z"
        let end = accepted(1, "person/alice", at: moment, event: "closed", more: more)
        let both = try replay("--json", lines: [accepted(1, "person/alice", at: moment), end])
        #expect(both.status == 0 && both.out.contains(#""judged":1"#), "\(both.out)")
        #expect(try replay("--json", lines: [end]).out.contains(#""judged":1"#))
        let byRules = end.replacing("finished", with: "policy")
        let ended = try replay(lines: [accepted(1, "person/alice", at: moment), byRules])
        #expect(ended.status == 1 && ended.out.contains("1 of 2 decisions"), "\(ended.out)")
        #expect(ended.out.contains("would be allowed") && ended.out.contains("at:  2026-11-20T10:00:00Z"))
    }

    @Test("rules by time do not believe a clock that the end did not believe")
    func clock() throws {
        let doubted =
            #"{"timestamp":"2026-11-20T08:59:00Z","event_type":"clockDoubted","service":"ledger","role":"protect"}"#
        let line = accepted(1, "person/alice", at: "2026-11-20T09:00:00Z")
        #expect(try replay(lines: [line]).status == 0)
        #expect(try replay(lines: [doubted, line]).status == 1)
        #expect(try replay(lines: [doubted, doubted.replacing("Doubted", with: "Believed"), line]).status == 0)
    }

    @Test("--since, --service, --allow and --role choose; a time that is none is refused")
    func options() throws {
        let lines = [
            accepted(1, "tablet", at: "2026-11-20T09:00:00Z"), accepted(2, "tablet", at: "2026-11-21T09:00:00Z"),
        ]
        #expect(try replay("--since", "2026-11-21T00:00:00Z", lines: lines).out.contains("1 of 1 decisions"))
        #expect(try replay("--since", "1s", lines: lines).out.contains("0 of 0 decisions"))
        #expect(try replay("--service", "books", lines: lines).out.contains("0 of 0 decisions"))
        #expect(try replay("--allow", "tablet", lines: lines).out.contains("0 of 2 decisions"))
        #expect(try replay("--role", "reach", lines: lines).out.contains("0 of 0 decisions"))
        #expect(try replay("--since", "lately", lines: lines).status == 64)
    }

    @Test("lines that are none of an end are named with their places, counted, and make it undecided")
    func foreign() throws {
        let good = accepted(1, "person/alice", at: "2026-11-20T09:00:00Z")
        let result = try replay(lines: [good, "GET / HTTP/1.1", #"{"level":"info"}"#, String(good.prefix(200)), good])
        #expect(result.status == 2)
        #expect(result.err.contains("ends.jsonl:2: it is no JSON object"))
        #expect(result.err.contains("ends.jsonl:3: it has no event_type"))
        #expect(result.err.contains("ends.jsonl:4: "))
        #expect(result.err.contains("3 lines are none of an end") && result.out.contains("0 of 2 decisions"))
        let many = try replay(lines: Array(repeating: "noise", count: 50))
        #expect(many.err.contains(":10: ") && !many.err.contains(":11: ") && many.err.contains("50 lines are none"))
        let spoiled = try replay(lines: [good.replacing("10.1.2.3", with: "10.1.2.300")])
        #expect(spoiled.status == 2 && spoiled.err.contains("ends.jsonl:1: its address is none"))
        let long = try replay(lines: [String(repeating: "x", count: LogLine.longest + 1), good])
        #expect(long.status == 2 && long.err.contains("ends.jsonl:1: it is longer than 1048576 octets"))
        #expect(try replay("--log", "none.jsonl", lines: [good]).status == 2)
    }

    @Test("a policy with faults replays nothing")
    func faults() throws {
        try folder.write("rules: [", to: "policy.yaml")
        let result = try replay(lines: [])
        #expect(result.status == 78 && result.err.contains("so nothing was replayed"))
    }
}
