/// A policy made ready to decide: rules by service and by identity, so that those that cannot matter are not looked at.
///
/// Immutable and without locks. A decision allocates nothing where no rule asks for a fact that has to be made; it looks at
/// each rule once at most for each name and star that leads to it, and there are no loops in the language: what one decision
/// may cost is bounded by `Policy.mostRules` and `Policy.mostValues`.
public final class CompiledPolicy: Sendable {
    /// What has to be kept of arrivals, so that every rate of the policy can be judged.
    public struct RateLimits: Hashable, Sendable {
        public let count: Int
        public let seconds: Int

        /// Nothing is kept.
        public static let none = RateLimits(count: 0, seconds: 0)
    }

    /// The rules of one service, or of all that no rule names.
    private final class Shelf: Sendable {
        let denials: IdentityIndex
        let allowances: IdentityIndex

        init(denials: IdentityIndex, allowances: IdentityIndex) {
            self.denials = denials
            self.allowances = allowances
        }
    }

    public let policy: Policy
    /// Rules ask how much a party uses the service.
    public let asksUsage: Bool
    /// Rules ask for a time of day, an age or what may lapse, so that the clock has to be believed.
    public let asksTime: Bool
    /// Rules ask for signals of the party's machine.
    public let asksPosture: Bool
    /// Rules ask from where a party comes.
    public let asksNetwork: Bool
    public let rateLimits: RateLimits
    private let shelves: [String: Shelf]
    private let others: Shelf
    private let memberships: Memberships

    public init(_ policy: Policy) {
        self.policy = policy
        let conditions = policy.rules.flatMap { $0.conditions + $0.exceptions }
        let kinds = Set(conditions.map(\.kind))
        asksUsage = kinds.contains(.connections) || kinds.contains(.rate)
        asksPosture = kinds.contains(.posture)
        asksNetwork = kinds.contains(.network)
        asksTime = !kinds.isDisjoint(with: [.posture, .certificateAge, .proofAge, .time])
        let rates = conditions.compactMap {
            if case .rate(let count, let seconds) = $0 { (count, seconds) } else { nil }
        }
        rateLimits = RateLimits(count: rates.map(\.0).max() ?? 0, seconds: rates.map(\.1).max() ?? 0)
        let services = policy.rules.reduce(into: Set<String>()) { $0.formUnion($1.services ?? []) }
        shelves = Dictionary(uniqueKeysWithValues: services.map { ($0, Self.shelf(for: $0, policy.rules)) })
        others = Self.shelf(for: nil, policy.rules)
        memberships = Memberships(of: policy)
    }

    private static func shelf(for service: String?, _ rules: [Rule]) -> Shelf {
        let ours = rules.enumerated().filter { _, rule in
            rule.services.map { named in service.map(named.contains) ?? false } ?? true
        }.map { (number: $0, $1) }
        return Shelf(
            denials: IdentityIndex(ours.filter { $0.1.effect == .deny }),
            allowances: IdentityIndex(ours.filter { $0.1.effect == .allow }))
    }

    /// Judges the peer, and the person for whom it acts as well: what either may not, nobody does.
    public func decide(_ question: borrowing Question) -> Decision {
        let shelf = shelves.isEmpty ? others : shelves[question.service] ?? others
        let peer = decide(question.peer, question, .peer, shelf)
        guard let acting = question.actingFor, case .allowed(let rule, _) = peer.outcome else { return peer }
        let person = decide(acting, question, .person, shelf)
        guard case .allowed(let second, _) = person.outcome else { return person }
        return Decision(
            outcome: .allowed(by: rule, person: second), standsFor: earlier(peer.standsFor, person.standsFor))
    }

    private func decide(
        _ party: borrowing Party, _ question: borrowing Question, _ who: Decision.Who, _ shelf: Shelf
    ) -> Decision {
        let denial = shelf.denials.search(
            policy.rules, for: party, asking: question, in: memberships, isDenial: true)
        if let number = denial.number {
            let outcome = Decision.Outcome.denied(
                by: policy.rules[number].name, who, inDoubt: denial.standing.truth != .yes)
            return Decision(outcome: outcome, standsFor: denial.standing.lasts)
        }
        let allowance = shelf.allowances.search(
            policy.rules, for: party, asking: question, in: memberships, isDenial: false)
        guard let number = allowance.number else {
            return Decision(outcome: .noRule(who), standsFor: allowance.missed)
        }
        return Decision(
            outcome: .allowed(by: policy.rules[number].name, person: nil),
            standsFor: earlier(allowance.standing.lasts, denial.missed))
    }
}

extension Rule {
    /// Nil: every service.
    var services: Set<String>? {
        for condition in conditions { if case .service(let names) = condition { return names } }
        return nil
    }
}
