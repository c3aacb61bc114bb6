import SymbolonAccessPolicy
import SymbolonTestSupport
import Testing

@Suite("What is well-formed and hardly meant is found")
struct Findings {
    private func found(_ rules: Document...) throws -> [String] {
        let document = try PolicyDocument(Document.fields([("rules", .list(rules))]).node, defaultDomain: domain)
        return document.policy.findings(at: noon).map { "\($0.kind.rawValue) \($0.rule.map(String.init) ?? "-")" }
    }

    @Test("a policy in which everything counts has no findings")
    func good() throws {
        let found = try found(
            ["deny": "bob", "from": "person/bob"], ["allow": "people", "from": "person/*", "to": "web"],
            ["allow": "apps", "from": "app", "network": "10.0.0.0/8", "for": "8h"],
            ["allow": "app from elsewhere", "from": "app"])
        #expect(found.isEmpty, "\(found)")
    }

    @Test("no allow; a time that is over; an exception that takes back all")
    func never() throws {
        #expect(try found(["deny": "bob", "from": "person/bob"]) == ["allowsNothing -"])
        #expect(try found(["allow": "old", "time": ["until": "2026-05-01T00:00:00Z"]]) == ["neverHolds 0"])
        #expect(try found(["allow": "new", "time": ["until": "2026-07-01T00:00:00Z"]]).isEmpty)
        #expect(try found(["allow": "none", "from": "web", "unless": ["from": "*"]]) == ["neverHolds 0"])
        #expect(try found(["allow": "some", "from": "*", "unless": ["from": "web"]]).isEmpty)
    }

    @Test("shadowed: by an earlier allow, by any deny; not by a later allow, nor by one that asks for more")
    func shadowed() throws {
        #expect(try found(["allow": "all", "from": "*"], ["allow": "web", "from": "web"]) == ["shadowed 1"])
        #expect(try found(["allow": "web", "from": "web"], ["allow": "all", "from": "*"]).isEmpty)
        #expect(try found(["allow": "web", "from": "web"], ["deny": "all", "from": "*"]) == ["shadowed 0"])
        #expect(try found(["allow": "web", "from": "web"], ["deny": "all", "from": "*", "to": "x"]).isEmpty)
        #expect(
            try found(["allow": "web", "from": "web"], ["deny": "all", "from": "*", "unless": ["to": "x"]]).isEmpty)
        #expect(
            try found(["allow": "a", "network": "10.0.0.0/8"], ["allow": "b", "network": "10.1.0.0/16"]) == [
                "shadowed 1"
            ])
        #expect(try found(["allow": "a", "for": "1h"], ["allow": "b"]).isEmpty)
        #expect(try found(["allow": "a", "for": "2h"], ["allow": "b", "for": "1h"]) == ["shadowed 1"])
    }

    @Test("a rule that asks an end for what it does not know")
    func unknownFacts() throws {
        let found = try found(
            ["allow": "reads", "method": "GET"], ["deny": "soft", "key": "hardware"],
            ["deny": "sick", "posture": "quarantined"],
            ["allow": "web", "from": "web"])
        #expect(found == ["unknownFact 0", "unknownFact 1"])
    }
}
