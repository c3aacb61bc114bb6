import Foundation
import SymbolonAccessPolicy
import SymbolonNames

/// What a decision costs under a thousand rules: by service and identity as an end makes them, and, as the peer, one rule
/// after the other. Every answer is checked against the other's.
struct DecisionMeasure {
    private static let ruleCount = 1_000
    private static let decisionCount = 20_000

    func run(rounds: Int) throws -> [Figure] {
        let domain = try TrustDomain("example.internal")
        let policy = try Policy(in: domain) { for number in 0..<Self.ruleCount { Self.rule(number) } }
        let one = try Policy(in: domain) {
            allow("everybody") {
                peer(in: "ns/**"); network("10.0.0.0/8")
            }
        }
        let (compiled, small) = (CompiledPolicy(policy), CompiledPolicy(one))
        let now = Date()
        let questions = try (0..<Self.ruleCount).map { number in
            let name = try SPIFFEID(trustDomain: domain, path: ["ns", "team-\(number * 7 % 1_100)", "sa", "web"])
            return Question(
                from: Party([.spiffe(name)]), to: "service-\(number % 10)",
                address: .known(try IPAddress("10.1.2.\(number % 256)")), at: .sure(now))
        }
        for question in questions {
            try require(compiled.decide(question).isAllowed == Self.scan(policy, question))
        }
        let allowed = questions.filter { compiled.decide($0).isAllowed }
        try require(!allowed.isEmpty && allowed.count < questions.count)
        func decide(_ policy: CompiledPolicy) throws {
            var count = 0
            for number in 0..<Self.decisionCount where policy.decide(questions[number % questions.count]).isAllowed {
                count += 1
            }
            try require(count > 0)
        }
        return try interleaved(rounds, operations: Self.decisionCount) {
            Subject("decide, 1,000 rules") { try decide(compiled) }
            Subject("decide, 1 rule") { try decide(small) }
            Subject("one rule after the other, 1,000 rules") {
                var count = 0
                for number in 0..<Self.decisionCount where Self.scan(policy, questions[number % questions.count]) {
                    count += 1
                }
                try require(count > 0)
            }
        }
    }

    /// A team of its own in each, some with a network, and every hundredth a deny with a star within.
    private static func rule(_ number: Int) -> DraftRule {
        if number.isMultiple(of: 100) {
            return deny("deny \(number)") { peer(in: "ns/*/sa/deny-\(number)") }
        }
        return allow("allow \(number)") {
            peer(in: "ns/team-\(number)/**")
            service("service-\(number % 10)", "service-\(number * 7 % 10)", "service-\((number + 5) % 10)")
            network("10.0.0.0/8")
        }
    }

    private static func scan(_ policy: Policy, _ question: Question) -> Bool {
        var isAllowed = false
        for rule in policy.rules {
            let holds = rule.conditions.allSatisfy { condition in
                switch condition {
                case .identity(let patterns):
                    patterns.contains { pattern in question.peer.names.contains(where: pattern.matches) }
                case .service(let names): names.contains(question.service)
                case .network(let networks):
                    if case .known(let address) = question.address {
                        networks.contains { $0.contains(address) }
                    } else {
                        false
                    }
                default: false
                }
            }
            guard holds else { continue }
            if rule.effect == .deny { return false }
            isAllowed = true
        }
        return isAllowed
    }
}
