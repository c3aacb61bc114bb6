/// Why a decision came out as it did: every rule, in the order of the policy, and the fact that decided each.
///
/// Made without the index that decisions are made by, so that each can be held against the other.
public struct Explanation: Hashable, Sendable {
    public struct ConsideredRule: Hashable, Sendable {
        public enum Result: String, Hashable, Sendable {
            case holds
            case fails
            /// Something that it asks for is not known.
            case doubt
        }

        public let name: String
        public let effect: Rule.Effect
        public let result: Result
        /// The word of the condition that decided; nil where all hold.
        public let decisive: String?
        /// What was asked for and what was found, in one line.
        public let because: String
    }

    /// One party, held against every rule.
    public struct Judgement: Hashable, Sendable {
        public let who: Decision.Who
        public let rules: [ConsideredRule]
    }

    public let judgements: [Judgement]
    public let decision: Decision

    public init(of question: Question, by policy: Policy) {
        var judgements: [Judgement] = []
        var decisions: [Decision] = []
        let parties = [(Decision.Who.peer, question.peer)] + (question.actingFor.map { [(.person, $0)] } ?? [])
        for (who, party) in parties {
            let standings = policy.rules.map { $0.standing(for: party, asking: question) }
            judgements.append(
                Judgement(who: who, rules: policy.rules.map { $0.consideration(for: party, asking: question) }))
            decisions.append(Self.decision(policy.rules, standings, who))
        }
        self.judgements = judgements
        if let refused = decisions.first(where: { !$0.isAllowed }) {
            decision = refused
        } else if decisions.count == 2, case .allowed(let rule, _) = decisions[0].outcome,
            case .allowed(let person, _) = decisions[1].outcome
        {
            decision = Decision(
                outcome: .allowed(by: rule, person: person),
                standsFor: earlier(decisions[0].standsFor, decisions[1].standsFor))
        } else {
            decision = decisions[0]
        }
    }

    private static func decision(_ rules: [Rule], _ standings: [Standing], _ who: Decision.Who) -> Decision {
        let all = zip(rules, standings)
        if let (rule, standing) = all.first(where: { $0.effect == .deny && $1.truth != .no }) {
            return Decision(
                outcome: .denied(by: rule.name, who, inDoubt: standing.truth != .yes), standsFor: standing.lasts)
        }
        func missed(_ effect: Rule.Effect) -> Double? {
            all.reduce(nil) { $1.0.effect == effect ? earlier($0, $1.1.lasts) : $0 }
        }
        if let (rule, standing) = all.first(where: { $0.effect == .allow && $1.truth == .yes }) {
            return Decision(
                outcome: .allowed(by: rule.name, person: nil), standsFor: earlier(standing.lasts, missed(.deny)))
        }
        return Decision(outcome: .noRule(who), standsFor: missed(.allow))
    }
}

extension Rule {
    func consideration(for party: Party, asking question: Question) -> Explanation.ConsideredRule {
        let result: Explanation.ConsideredRule.Result =
            switch standing(for: party, asking: question).truth {
            case .yes: .holds
            case .no: .fails
            case .unknown: .doubt
            }
        let (decisive, because) = decisive(for: party, asking: question)
        return .init(name: name, effect: effect, result: result, decisive: decisive, because: because)
    }

    private func decisive(for party: Party, asking question: Question) -> (String?, String) {
        var all = Conjunction()
        for (index, condition) in conditions.enumerated() {
            guard all.add(condition.standing(for: party, asking: question), at: index) else {
                return (condition.kind.word, condition.found(for: party, asking: question))
            }
        }
        if !exceptions.isEmpty, !all.add(exceptionStanding(for: party, asking: question), at: conditions.count) {
            let found = exceptions.map { $0.found(for: party, asking: question) }.joined(separator: "; ")
            return ("unless", "its exception holds: \(found)")
        }
        if let life, !all.add(Self.lifeStanding(life, question.age), at: conditions.count + 1) {
            return ("for", "the connection has lived \(Int(question.age)) s of \(Int(life)) s")
        }
        switch all.decisive {
        case nil:
            let found = conditions.map { $0.found(for: party, asking: question) }
            return (nil, found.isEmpty ? "it asks for nothing" : found.joined(separator: "; "))
        case let index? where index < conditions.count:
            return (conditions[index].kind.word, conditions[index].found(for: party, asking: question))
        default:
            let unknown = exceptions.first {
                if case .unknown = $0.standing(for: party, asking: question).truth { true } else { false }
            }
            return (
                "unless",
                "whether its exception holds is not known: \(unknown?.found(for: party, asking: question) ?? "")"
            )
        }
    }
}
