/// Who may do what: rules in the order in which they were written. Deny outranks allow, and no rule means no.
///
/// A value without any power of its own: `CompiledPolicy` decides by it.
public struct Policy: Hashable, Sendable {
    public let rules: [Rule]

    /// 10,000 rules with 100,000 values in all: what the longest decision looks at is bounded by it.
    public static let mostRules = 10_000
    public static let mostValues = 100_000

    init(checked rules: [Rule]) { self.rules = rules }

    /// Nobody is let in.
    public static let empty = Policy(checked: [])

    /// A policy of patterns alone: each is a rule that allows whom it means, named as it is written in full.
    public init(allowing patterns: [IdentityPattern]) {
        self.init(checked: Self.rules(allowing: patterns, beside: []))
    }

    /// The same policy, and whom these patterns mean may pass too.
    public func allowing(_ patterns: [IdentityPattern]) -> Policy {
        Policy(checked: rules + Self.rules(allowing: patterns, beside: rules))
    }

    /// What the policy says of a connection before any request has come: whoever may be allowed some request may come in. No
    /// request may be decided by it.
    public var ofAnyRequest: Policy {
        Policy(checked: rules.compactMap(\.ofAnyRequest))
    }

    private static func rules(allowing patterns: [IdentityPattern], beside others: [Rule]) -> [Rule] {
        var names = Set(others.map(\.name))
        return patterns.filter { names.insert($0.description).inserted }.map {
            Rule(.allow, $0.description, where: [.identity([$0])])
        }
    }
}
