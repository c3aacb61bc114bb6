import SymbolonNames

/// A group of the authority, as a rule names it.
struct PolicyGroup: Hashable, Sendable {
    let name: GroupName
    /// Nil: the authority has no such group, as far as is known here.
    let members: Set<SPIFFEID>?

    init(_ name: GroupName, members: Set<SPIFFEID>?) {
        self.name = name
        self.members = members
    }
}

/// Which of the groups that a policy names somebody is in: one look-up, however many members there are.
struct Memberships: Sendable {
    private let groups: [SPIFFEID: [GroupName]]

    init(of policy: Policy) {
        var named: [GroupName: Set<SPIFFEID>] = [:]
        for rule in policy.rules {
            for case .identity(let patterns) in rule.conditions {
                for case .group(let group) in patterns.map(\.form) { named[group.name] = group.members }
            }
        }
        var groups: [SPIFFEID: [GroupName]] = [:]
        for (name, members) in named.sorted(by: { $0.key < $1.key }) {
            for member in members { groups[member, default: []].append(name) }
        }
        self.groups = groups
    }

    func groups(of identity: SPIFFEID) -> [GroupName] { groups[identity] ?? [] }
}
