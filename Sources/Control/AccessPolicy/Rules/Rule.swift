/// One sentence of a policy: whom it means, what they want, under which circumstances; and what follows.
public struct Rule: Hashable, Sendable {
    public enum Effect: String, Hashable, Sendable {
        case allow, deny
    }

    public let effect: Effect
    /// As decisions and records name it; one rule of a policy has it.
    public let name: String
    /// All of them hold, or the rule does not.
    public let conditions: [Condition]
    /// The rule does not hold where all of these do. Empty: there is no exception.
    public let exceptions: [Condition]
    /// How long a connection may live that this rule allows, in seconds. Nil: as long as the rule holds.
    public let life: Double?
    /// The first condition that an index by identity and service does not answer: those two stand before all others.
    let judgedFrom: Int

    /// The conditions are put in one order, whatever the order in which they were written: what never changes first.
    init(
        _ effect: Effect, _ name: String, where conditions: [Condition], unless exceptions: [Condition] = [],
        for life: Double? = nil
    ) {
        self.effect = effect
        self.name = name
        self.conditions = conditions.sorted { $0.kind < $1.kind }
        self.exceptions = exceptions.sorted { $0.kind < $1.kind }
        self.life = life
        judgedFrom = self.conditions.prefix(2).count { $0.kind == .identity || $0.kind == .service }
    }

    /// The rule as it stands before there is a request: one that allows some request allows to come and ask, and one that denies
    /// some request denies nobody yet.
    var ofAnyRequest: Rule? {
        let all = conditions + exceptions
        guard all.contains(where: \.kind.isOfRequest) else { return self }
        guard effect == .allow else { return nil }
        // An exception holds where all that it asks for does: for some other request it does not.
        let kept = exceptions.contains(where: \.kind.isOfRequest) ? [] : exceptions
        return Rule(effect, name, where: conditions.filter { !$0.kind.isOfRequest }, unless: kept, for: life)
    }
}

extension Condition.Kind {
    /// Of the request, and not of who makes it.
    public var isOfRequest: Bool { self == .method || self == .path }
}
