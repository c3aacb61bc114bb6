import Foundation
import SymbolonAccessPolicy
import SymbolonTestSupport
import Testing

@Suite("In hindsight: what a record does not say is told apart from what nobody knew, and is not guessed")
struct HindsightTests {
    private enum Told: Equatable {
        case allow(String)
        case deny
        case lacking([String])
    }

    /// With these facts taken out of the record.
    private func hindsight(_ policy: Policy, _ text: String, without lost: String...) throws -> Told {
        var asked = try question(text)
        for fact in lost {
            switch fact {
            case "profile": asked.peer.certificate.kind = .unknown(.notRecorded)
            case "network": asked.address = .unknown(.notRecorded)
            case "usage": asked.peer.usage = .unknown(.notRecorded)
            case "age": asked.peer.certificate.notBefore = .unknown(.notRecorded)
            default: Issue.record("\(fact)")
            }
        }
        switch CompiledPolicy(policy).decideInHindsight(asked) {
        case .decided(let decision): return decision.isAllowed ? .allow(decision.rule ?? "") : .deny
        case .cannotTell(let lacking): return .lacking(lacking)
        }
    }

    @Test("an allow that rests on it cannot be told, unless another holds without it")
    func allow() throws {
        let one = try policy(["allow": "clients", "profile": "client"])
        #expect(try hindsight(one, "from=web to=x profile=client", without: "profile") == .lacking(["profile"]))
        #expect(try hindsight(one, "from=web to=x profile=client") == .allow("clients"))
        let two = try policy(["allow": "clients", "profile": "client"], ["allow": "web", "from": "web"])
        #expect(try hindsight(two, "from=web to=x", without: "profile") == .allow("web"))
        #expect(try hindsight(two, "from=app to=x", without: "profile") == .lacking(["profile"]))
        // What fails by a fact that is there fails whatever is lost.
        let narrow = try policy(["allow": "web", "from": "web", "connections-below": "3"])
        #expect(try hindsight(narrow, "from=app to=x", without: "usage") == .deny)
        #expect(try hindsight(narrow, "from=web to=x", without: "usage") == .lacking(["connections-below"]))
    }

    @Test("a deny that rests on it cannot be told where something would be allowed, and is a no where nothing is")
    func deny() throws {
        let made = try policy(["deny": "there", "network": "10.0.0.0/8"], ["allow": "web", "from": "web"])
        #expect(try hindsight(made, "from=web to=x", without: "network") == .lacking(["network"]))
        #expect(try hindsight(made, "from=app to=x", without: "network") == .deny)
        #expect(try hindsight(made, "from=web to=x network=11.1.1.1") == .allow("web"))
    }

    @Test("what no end knows was not known then, either: it allows nothing, and denies in doubt")
    func notKnown() throws {
        let allow = try policy(["allow": "healthy", "posture": "healthy", "profile": "client"])
        #expect(try hindsight(allow, "from=web to=x", without: "profile") == .deny)
        let deny = try policy(["allow": "all"], ["deny": "sick", "posture": "quarantined"])
        #expect(try hindsight(deny, "from=web to=x") == .deny)
    }

    @Test("an exception that rests on it leaves the rule open, and one that fails by itself does not")
    func exceptions() throws {
        let made = try policy([
            "allow": "all", "unless": .fields([("network", "10.0.0.0/8"), ("profile", "client")]),
        ])
        #expect(
            try hindsight(made, "from=web to=x network=10.1.1.1", without: "profile") == .lacking(["profile"]))
        #expect(
            try hindsight(made, "from=web to=x network=11.1.1.1", without: "profile") == .allow("all"))
        #expect(try hindsight(made, "from=web to=x network=10.1.1.1 profile=client") == .deny)
    }

    @Test("members of a group that is nowhere here may have been anybody")
    func groups() throws {
        let made = try PolicyDocument(
            Document.fields([("rules", [["allow": "night", "from": "group:night"], ["allow": "app", "from": "app"]])])
                .node, defaultDomain: domain, groups: [:]
        ).policy
        #expect(try hindsight(made, "from=web to=x") == .lacking(["from"]))
        #expect(try hindsight(made, "from=app to=x") == .allow("app"))
    }

    @Test("what is told is so whatever the lost facts were: every completion comes to it")
    func completions() throws {
        var random = SeededRandom(seed: 7)
        let kinds: [String] = ["client", "person", "workload"]
        let networks: [String] = ["10.1.2.3", "192.0.2.7"]
        func pick(_ values: [String]) -> String { values[Int.random(in: 0..<values.count, using: &random)] }
        func chance(_ part: Int) -> Bool { Int.random(in: 0..<part, using: &random) == 0 }
        var (told, open) = (0, 0)
        for round in 0..<3000 {
            let rules = (0..<Int.random(in: 1...5, using: &random)).map { number -> Document in
                var fields: [(String, Document)] = [(chance(3) ? "deny" : "allow", .text("\(round).\(number)"))]
                if chance(2) { fields.append(("from", .text(pick(["web", "app", "*"])))) }
                if chance(2) { fields.append(("profile", .text(pick(kinds)))) }
                if chance(3) { fields.append(("network", .text(pick(networks)))) }
                if chance(4) { fields.append(("posture", "healthy")) }
                if chance(4) { fields.append(("unless", .fields([("profile", .text(pick(kinds)))]))) }
                return .fields(fields)
            }
            let made = try PolicyDocument(
                Document.fields([("rules", .list(rules))]).node, defaultDomain: domain
            ).policy
            let from = pick(["web", "app"])
            let outcomes = try kinds.flatMap { kind in
                try networks.map { network in
                    CompiledPolicy(made).decide(try question("from=\(from) to=x profile=\(kind) network=\(network)"))
                        .isAllowed
                }
            }
            switch try hindsight(made, "from=\(from) to=x", without: "profile", "network") {
            case .allow:
                told += 1
                #expect(!outcomes.contains(false))
            case .deny:
                told += 1
                #expect(!outcomes.contains(true))
            case .lacking: open += 1
            }
        }
        #expect(told > 500 && open > 500, "\(told) \(open)")
    }
}
