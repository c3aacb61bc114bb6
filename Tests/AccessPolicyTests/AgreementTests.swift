import Foundation
import SymbolonAccessPolicy
import SymbolonNames
import SymbolonTestSupport
import Testing

@Suite("The explanation, which looks at every rule, agrees with the decision, which looks at few")
struct Agreement {
    /// Few of each, so that rules meet questions often.
    private struct Dice {
        var random: SeededRandom
        let identities = [
            "web", "app", "person/alice", "person/bob", "ns/pay/sa/web", "ns/pay/sa/app", "ns/ship/sa/web",
        ]
        let patterns = [
            "web", "*", "**", "person/*", "person/**", "ns/*/sa/web", "ns/pay/**", "ns/*/*/*", "*/alice", "other/**",
            "spiffe://other.example/*", "group:night", "group:web", "group:lost",
        ]
        /// Of the authority. Nobody knows "lost".
        let groups: [GroupName: Set<SPIFFEID>]

        init(random: SeededRandom) throws {
            self.random = random
            groups = [
                try #require(GroupName("night")): try Self.members("person/alice", "app"),
                try #require(GroupName("web")): try Self.members("web", "ns/pay/sa/web"),
            ]
        }

        private static func members(_ names: String...) throws -> Set<SPIFFEID> {
            Set(try names.map { try SPIFFEID("\(domain.id)/\($0)") })
        }

        mutating func one<Value>(_ values: [Value]) -> Value {
            values[Int.random(in: 0..<values.count, using: &random)]
        }
        mutating func chance(_ part: Int) -> Bool { Int.random(in: 0..<part, using: &random) == 0 }
        mutating func some(_ values: [String]) -> Document {
            .list((0...Int.random(in: 0...2, using: &random)).map { _ in .text(one(values)) })
        }

        mutating func conditions(_ rarity: Int) -> [(String, Document)] {
            var fields: [(String, Document)] = []
            if !chance(rarity) { fields.append(("from", some(patterns))) }
            if chance(rarity) { fields.append(("to", some(["ledger", "books", "mail"]))) }
            if chance(rarity) { fields.append(("network", some(["10.0.0.0/8", "10.1.0.0/16", "192.0.2.7", "::/0"]))) }
            if chance(rarity) { fields.append(("profile", some(["client", "person", "workload"]))) }
            if chance(rarity) { fields.append(("method", some(["GET", "POST"]))) }
            if chance(rarity) { fields.append(("path", some(["/a", "/a/*", "/a/**", "/**", "/b"]))) }
            if chance(rarity) { fields.append(("posture", some(["healthy", "quarantined"]))) }
            if chance(rarity) { fields.append(("assurance", .text(one(["user-present", "user-verified"])))) }
            if chance(rarity) { fields.append(("connections-below", .text(one(["1", "3"])))) }
            if chance(rarity) { fields.append(("rate-below", .text(one(["1 per 1m", "3 per 1h"])))) }
            if chance(rarity) { fields.append(("certificate-younger-than", .text(one(["1h", "24h"])))) }
            if chance(rarity) {
                fields.append(
                    (
                        "time",
                        ["days": .text(one(["mon-fri", "sat"])), "hours": .text(one(["08:00-12:30", "22:00-06:00"]))]
                    ))
            }
            return fields
        }

        mutating func policy(_ count: Int) throws -> Policy {
            let rules = (0..<count).map { number -> Document in
                let isDeny = chance(5)
                var fields: [(String, Document)] = [(isDeny ? "deny" : "allow", .text("rule \(number)"))]
                fields += conditions(4)
                let exceptions = chance(5) ? conditions(3) : []
                if !exceptions.isEmpty { fields.append(("unless", .fields(exceptions))) }
                if !isDeny, chance(5) { fields.append(("for", .text(one(["1h", "8h"])))) }
                return .fields(fields)
            }
            return try PolicyDocument(
                Document.fields([("rules", .list(rules))]).node, defaultDomain: domain, groups: groups
            ).policy
        }

        mutating func question() throws -> Question {
            var words = ["from=\(one(identities))", "to=\(one(["ledger", "books", "mail", "other"]))"]
            if chance(4) { words.append("acting-for=person/\(one(["alice", "bob"]))") }
            if !chance(4) { words.append("network=\(one(["10.1.2.3", "10.2.2.2", "192.0.2.7", "2001:db8::1"]))") }
            if !chance(3) { words.append("profile=\(one(["client", "person", "workload"]))") }
            if chance(2) { words.append("method=\(one(["GET", "POST"]))") }
            if chance(2) { words.append("path=\(one(["/a", "/a/1", "/a/1/2", "/b", "/a/../b"]))") }
            if chance(2) { words.append("posture=healthy") }
            if chance(2) { words.append("assurance=\(one(["user-present", "user-verified"]))") }
            if chance(2) { words.append("connections=\(one(["1", "3"]))") }
            if chance(2) { words.append("arrivals=\(one(["1", "3"]))") }
            if !chance(3) { words.append("certificate-age=\(one(["10m", "2h", "30h"]))") }
            if chance(3) { words.append("age=\(one(["10m", "2h"]))") }
            let moment = noon + Double(Int.random(in: 0..<(7 * 86_400), using: &random))
            return try SymbolonAccessPolicyTests.question(
                words.joined(separator: " "), at: chance(10) ? .doubtful(moment) : .sure(moment))
        }
    }

    @Test("in 100,000 random cases, every outcome among them")
    func random() throws {
        var dice = try Dice(random: SeededRandom(seed: 20_261_122))
        var outcomes: [String: Int] = [:]
        for _ in 0..<500 {
            let made = try dice.policy(Int.random(in: 0...40, using: &dice.random))
            let compiled = CompiledPolicy(made)
            for _ in 0..<200 {
                let asked = try dice.question()
                let decision = compiled.decide(asked)
                let explanation = Explanation(of: asked, by: made)
                if explanation.decision != decision {
                    Issue.record("\(decision) is explained as \(explanation.decision)")
                    return
                }
                for judgement in explanation.judgements { #expect(judgement.rules.count == made.rules.count) }
                let word =
                    switch decision.outcome {
                    case .allowed(_, person: nil): "allowed"
                    case .allowed: "allowed for a person"
                    case .denied(_, let who, let inDoubt): "denied \(who) \(inDoubt)"
                    case .noRule(let who): "no rule \(who)"
                    }
                outcomes[word, default: 0] += 1
            }
        }
        #expect(outcomes.values.reduce(0, +) == 100_000)
        #expect(outcomes.count == 8 && outcomes.values.allSatisfy { $0 > 100 }, "\(outcomes)")
    }
}
