extension CompiledPolicy {
    /// Why a question was answered with a no, in one line: the rule and the fact that decided, or which rules there are.
    ///
    /// - Parameter former: the rule that allowed it before, where one did.
    public func because(_ decision: Decision, of question: Question, after former: String? = nil) -> String {
        func found(_ name: String, _ who: Decision.Who) -> String {
            let party = who == .person ? question.actingFor ?? question.peer : question.peer
            let rule = policy.rules.first { $0.name == name }
            return rule.map { $0.consideration(for: party, asking: question).because }
                ?? "the policy has no such rule any more"
        }
        switch decision.outcome {
        case .allowed(let rule, _): return "\"\(rule)\" allows it"
        case .denied(let rule, let who, let inDoubt):
            return "\"\(rule)\" denies it\(inDoubt ? " in doubt" : ""): \(found(rule, who))"
        case .noRule(let who):
            if let former { return "\"\(former)\" allows it no more: \(found(former, who))" }
            let names = policy.rules.filter { $0.effect == .allow }.map(\.name)
            guard !names.isEmpty else { return "no rule allows anybody" }
            let whom = who == .person ? " to whom the peer acts for" : ""
            // 8: what a line has room for.
            let more = names.count > 8 ? " and \(names.count - 8) more" : ""
            return "no rule allows it\(whom): \(names.prefix(8).joined(separator: ", "))\(more)"
        }
    }
}
