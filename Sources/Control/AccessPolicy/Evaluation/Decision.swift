/// What policy made of a question, and by which rule.
public struct Decision: Hashable, Sendable {
    public enum Outcome: Hashable, Sendable {
        /// The rule that allows the peer, and the one that allows the person for whom it acts.
        case allowed(by: String, person: String?)
        /// `inDoubt`: something that the rule asks for is not known, and so it denies.
        case denied(by: String, Who, inDoubt: Bool)
        /// No rule means no.
        case noRule(Who)
    }

    /// Whom the outcome is about.
    public enum Who: String, Hashable, Sendable {
        case peer
        case person
    }

    public let outcome: Outcome
    /// In how many seconds the decision has to be made again, because something that it rests on changes then by itself: a
    /// window ends, a signal lapses, a certificate grows too old, the longest life is over. Nil: nothing will.
    public let standsFor: Double?

    public var isAllowed: Bool {
        switch outcome {
        case .allowed: true
        case .denied, .noRule: false
        }
    }
}
