import Foundation
import SymbolonAccessPolicy
import SymbolonNames
import SymbolonTestSupport
import Testing

@Suite("A policy is read as a whole, or every fault is named with its place")
struct PolicyDocuments {
    struct Bad: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Lines with what is said of them, in part.
        let faults: [(Int, String)]
        let document: @Sendable () -> Document

        init(_ name: String, _ faults: [(Int, String)], _ document: @escaping @Sendable () -> Document) {
            testDescription = name
            self.faults = faults
            self.document = document
        }
    }

    /// Lines are counted as `Document` does: the document, its lists and fields, each on one line.
    private static func rule(_ fields: (String, Document)...) -> Document {
        .fields([("rules", .list([.fields([("allow", "it")] + fields)]))])
    }

    @Test(
        "Z01: refused, with the line and what to write:",
        arguments: [
            Bad("a text", [(1, "expected `name: value` lines")]) { "hello" },
            Bad("no rules", [(1, "the policy has no rules")]) { ["domain": "example.internal"] },
            Bad(
                "an unknown keyword at the top",
                [(2, "\"rule\" is not known here; known are domain, groups, rules"), (1, "no rules")]
            ) {
                ["rule": []]
            },
            Bad("an unknown keyword in a rule", [(5, "\"form\" is not known here")]) { rule(("form", "web")) },
            Bad("rules that are no list", [(2, "expected a list")]) { ["rules": "all"] },
            Bad("a rule that neither allows nor denies", [(3, "begins with `allow: NAME` or `deny: NAME`")]) {
                ["rules": [["from": "web"]]]
            },
            Bad("a rule that does both", [(3, "one of them")]) { ["rules": [["allow": "a", "deny": "b"]]] },
            Bad("two rules of one name", [(5, "the name of the rule in line 3 too")]) {
                ["rules": [["allow": "a"], ["allow": "a"]]]
            },
            Bad("a name with a line break", [(4, "one line of text")]) { ["rules": [["allow": "a\nb"]]] },
            Bad("a pattern with a star within a segment", [(5, "a star is a whole segment")]) {
                rule(("from", "adm*"))
            },
            Bad("an empty list", [(5, "the list is empty")]) { rule(("from", [])) },
            Bad("a group that is not there", [(5, "there is no group \"staff\"")]) { rule(("from", "group:staff")) },
            Bad("a network with bits behind its prefix", [(5, "10.0.0.0/8")]) { rule(("network", "10.0.0.1/8")) },
            Bad("a method in lower case", [(5, "methods are upper case: GET")]) { rule(("method", "get")) },
            Bad("a path with dots", [(5, "servers read in two ways")]) { rule(("path", "/a/../b")) },
            Bad("an unknown profile", [(5, "known are service, client")]) { rule(("profile", "root")) },
            Bad("an unknown zone", [(6, "the zone is not known")]) {
                rule(("time", ["zone": "Mars/Olympus", "days": "mon"]))
            },
            Bad("hours that are none", [(6, "two times of a day")]) { rule(("time", ["hours": "8-18"])) },
            Bad("days that are none", [(6, "mon, tue")]) { rule(("time", ["days": "weekdays"])) },
            Bad("an end before its beginning", [(7, "not after from")]) {
                rule(("time", ["from": "2026-06-02T00:00:00Z", "until": "2026-06-01T00:00:00Z"]))
            },
            Bad("a span without a unit", [(5, "write a whole number and s, m, h or d")]) { rule(("for", "8")) },
            Bad("a rate without a span", [(5, "write 100 per 1m")]) { rule(("rate-below", "100")) },
            Bad("a count of none", [(5, "no whole number from 1")]) { rule(("connections-below", "0")) },
            Bad("two assurances", [(5, "there are 2 values")]) {
                rule(("assurance", ["user-present", "user-verified"]))
            },
            Bad("a deny with a life", [(5, "what is denied has no life")]) {
                ["rules": [["deny": "a", "for": "1h"]]]
            },
            Bad("an exception that says nothing", [(5, "it says nothing")]) { rule(("unless", .fields([]))) },
            Bad("an exception with an unknown word", [(6, "\"for\" is not known here")]) {
                rule(("unless", ["for": "1h"]))
            },
            Bad("a domain that is none", [(2, "lower case")]) { ["domain": "Example!", "rules": []] },
            Bad("three faults", [(5, "star"), (6, "upper case"), (7, "span")]) {
                rule(("from", "a*"), ("method", "get"), ("for", "x"))
            },
        ])
    func refused(_ bad: Bad) {
        let found = faults(bad.document())
        #expect(found.count == bad.faults.count, "\(found)")
        for (line, text) in bad.faults {
            #expect(found.contains { $0.line == line && $0.message.contains(text) }, "\(line) \(text): \(found)")
        }
    }

    @Test("short names are of the document's domain, and groups stand for their members")
    func groups() throws {
        let document = try PolicyDocument(
            Document.fields([
                ("domain", "other.example"),
                ("groups", ["staff": ["person/*", "spiffe://third.example/web"], "idle": "x"]),
                ("rules", [["allow": "staff", "from": ["group:staff", "app"]]]),
            ]).node, defaultDomain: domain)
        #expect(document.domain?.description == "other.example")
        let patterns = ["spiffe://other.example/person/*", "spiffe://third.example/web", "spiffe://other.example/app"]
        #expect(document.policy.rules[0].conditions[0].values == patterns)
        #expect(document.unusedGroups.map(\.name) == ["idle"])
    }

    @Test("Z02: a policy over its bounds is refused, so that a decision is bounded")
    func bounds() throws {
        func document(_ rules: Int, names: Int) -> Document {
            let from = Document.list((0..<names).map { .text("a\($0)") })
            return .fields([("rules", .list((0..<rules).map { .fields([("allow", .text("\($0)")), ("from", from)]) }))])
        }
        #expect(faults(document(Policy.mostRules + 1, names: 1)).map(\.message.count).count == 1)
        #expect(faults(document(1001, names: 100)).first?.message.contains("100100 values") == true)
        #expect(faults(document(1000, names: 100)).isEmpty)
    }

    @Test("Z02: what a decision looks at grows with the rules, and with nothing that a peer brings")
    func work() throws {
        // Every pattern leads to many places, and the path of the peer is the longest there is.
        let segments = Array(repeating: "a", count: 1000)
        let patterns = (1...60).map { depth in
            Document.text((0..<depth).map { $0.isMultiple(of: 2) ? "*" : "a" }.joined(separator: "/") + "/**")
        }
        let rules = patterns.enumerated().map {
            Document.fields([("allow", .text("\($0)")), ("from", $1), ("posture", "x")])
        }
        let compiled = CompiledPolicy(
            try PolicyDocument(Document.fields([("rules", .list(rules))]).node, defaultDomain: domain).policy)
        let peer = Party([.spiffe(try SPIFFEID(trustDomain: domain, path: segments))])
        #expect(!compiled.decide(Question(from: peer, to: "x", at: .sure(noon))).isAllowed)
    }

    @Test("the builder gives the same values as a file")
    func builder() throws {
        let built = try Policy(in: domain) {
            deny("quarantined hosts") { posture(.quarantined) }
            allow("payments reads the ledger") {
                peer(in: "spiffe://example.internal/ns/payments/**")
                request(.get, "/ledger/**")
                assurance(atLeast: .userVerified)
                service("ledger")
                lasting(atMost: .seconds(8 * 3600))
                unless { network("192.0.2.0/24") }
            }
        }
        let read = try policy(
            ["deny": "quarantined hosts", "posture": "quarantined"],
            [
                "allow": "payments reads the ledger", "to": "ledger", "from": "ns/payments/**", "method": "GET",
                "path": "/ledger/**", "assurance": "user-verified", "for": "8h", "unless": ["network": "192.0.2.0/24"],
            ])
        #expect(built == read)
    }

    @Test("the builder refuses what a file's reader refuses, and all of it at once")
    func builderFaults() {
        let failure = #expect(throws: PolicyFaults.self) {
            try Policy {
                allow("short names") { peer(in: "web") }
                allow("twice") {
                    peer(in: "spiffe://a.example/x"); peer(in: "spiffe://a.example/y")
                }
                deny("a life") { lasting(atMost: .seconds(1)) }
                allow("an empty exception") { unless {} }
                allow("good") { service("web") }
                allow("good") { service("app") }
            }
        }
        #expect(failure?.faults.count == 5, "\(String(describing: failure))")
    }
}
