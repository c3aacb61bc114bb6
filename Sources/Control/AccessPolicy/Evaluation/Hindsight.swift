/// What a policy would have made of something that was decided before, as far as its record says it.
///
/// A fact that is not in the record (`Ignorance.notRecorded`) was known to whoever decided: unlike one that nobody knew, it
/// may have been a yes or a no. Where the outcome rests on which, it cannot be told, and is not guessed.
public enum Hindsight: Sendable {
    case decided(Decision)
    /// The words of the conditions whose facts are not in the record.
    case cannotTell(lacking: [String])
}

extension CompiledPolicy {
    public func decideInHindsight(_ question: Question) -> Hindsight {
        var lacking = Set<Condition.Kind>()
        for party in [question.peer, question.actingFor].compactMap(\.self) {
            switch recall(party, asking: question) {
            case nil: continue
            case .some(let kinds) where kinds.isEmpty: return .decided(decide(question))
            case .some(let kinds): lacking.formUnion(kinds)
            }
        }
        return lacking.isEmpty ? .decided(decide(question)) : .cannotTell(lacking: lacking.sorted().map(\.word))
    }

    /// Nil: the party is allowed, whatever the record does not say. Empty: it is denied, likewise. Else what it rests on.
    private func recall(_ party: Party, asking question: Question) -> Set<Condition.Kind>? {
        var (denials, allowances) = (Set<Condition.Kind>(), Set<Condition.Kind>())
        var isAllowed = false
        for rule in policy.rules {
            switch (rule.effect, rule.recall(for: party, asking: question)) {
            case (.deny, .holds), (.deny, .doubt): return []
            case (.allow, .holds): isAllowed = true
            case (.deny, .open(let kinds)): denials.formUnion(kinds)
            case (.allow, .open(let kinds)): allowances.formUnion(kinds)
            case (_, .fails), (.allow, .doubt): continue
            }
        }
        if isAllowed { return denials.isEmpty ? nil : denials }
        return allowances.isEmpty ? [] : allowances.union(denials)
    }
}

extension Rule {
    /// What became of a rule, as far as a record says it.
    fileprivate enum Recollection {
        case holds
        case fails
        /// Something was not known to whoever decided, either.
        case doubt
        /// It rests on facts of these kinds, which are not in the record.
        case open(Set<Condition.Kind>)
    }

    fileprivate func recall(for party: Party, asking question: Question) -> Recollection {
        var (open, isInDoubt) = (Set<Condition.Kind>(), false)
        for condition in conditions {
            switch condition.standing(for: party, asking: question).truth {
            case .yes: continue
            case .no: return .fails
            case .unknown(let why) where why.isOfRecord: open.insert(condition.kind)
            case .unknown: isInDoubt = true
            }
        }
        if let life, question.age >= life { return .fails }
        // One exception that does not hold is enough for the rule.
        let excepted = exceptions.map { ($0.kind, $0.standing(for: party, asking: question).truth) }
        if !excepted.isEmpty, !excepted.contains(where: { $0.1 == .no }) {
            let unknown = excepted.filter { $0.1 != .yes }
            if unknown.isEmpty { return .fails }
            let lost = unknown.filter { if case .unknown(let why) = $0.1 { why.isOfRecord } else { false } }
            if lost.isEmpty { isInDoubt = true } else { open.formUnion(lost.map(\.0)) }
        }
        // What is in doubt allows nothing, whatever else there was; a deny may still have failed by what is lost.
        if isInDoubt, effect == .allow || open.isEmpty { return .doubt }
        return open.isEmpty ? .holds : .open(open)
    }
}

extension Ignorance {
    /// It is the record that does not say it; whoever decided may have known.
    fileprivate var isOfRecord: Bool {
        switch self {
        case .notRecorded, .noSuchGroup: true
        case .notReported, .lapsed, .noRequest, .notCanonical, .clockInDoubt: false
        }
    }
}
