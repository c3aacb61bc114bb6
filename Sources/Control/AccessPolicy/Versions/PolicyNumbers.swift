/// Which version of the policy, and which of the groups. Both only go up, and what is signed has both: rules and groups of
/// different moments never meet.
public struct PolicyNumbers: Codable, Hashable, Sendable, CustomStringConvertible {
    /// From 1; 0: there is none yet.
    public let policy: Int64
    /// One more with every change of a group, or of what is permitted for an emergency; 0: there was none yet.
    public let groups: Int64

    public init(policy: Int64, groups: Int64) {
        self.policy = policy
        self.groups = groups
    }

    /// One of them is later, and neither is earlier.
    public func follow(_ other: PolicyNumbers) -> Bool {
        self != other && policy >= other.policy && groups >= other.groups
    }

    public var description: String { "version \(policy) with groups \(groups)" }
}
