/// What one policy says otherwise than another, by the names of its rules.
public struct PolicyComparison: Equatable, Sendable {
    /// In the order of the later policy.
    public let added: [String]
    /// In the order of the earlier one.
    public let removed: [String]
    /// Of the same name, with another meaning; in the order of the later policy.
    public let changed: [String]

    public init(from earlier: Policy, to later: Policy) {
        let before = Dictionary(earlier.rules.map { ($0.name, $0) }) { first, _ in first }
        let after = Set(later.rules.map(\.name))
        added = later.rules.map(\.name).filter { before[$0] == nil }
        removed = earlier.rules.map(\.name).filter { !after.contains($0) }
        changed = later.rules.filter { rule in before[rule.name].map { $0 != rule } ?? false }.map(\.name)
    }
}
