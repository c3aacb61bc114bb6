/// What policy made of a proved peer, and by which rule.
public enum Decision: Hashable, Sendable {
    /// The rule that allowed it.
    case allowed(rule: String)
    /// The rules that were looked at, none of which means this peer. Empty: there are no rules, and no rule means no.
    case denied(considered: [String])

    public var isAllowed: Bool {
        switch self {
        case .allowed: true
        case .denied: false
        }
    }
}
