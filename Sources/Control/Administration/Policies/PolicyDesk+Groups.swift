internal import Foundation
internal import SymbolonAccessPolicy
internal import SymbolonAudit
internal import SymbolonAuthority
internal import SymbolonNames

extension PolicyDesk {
    /// 1,000: what one list still shows.
    private static let mostGroups = 1000

    func change(_ wish: ChangeGroup, in call: Call) async throws(AdministrationFailure) -> GroupChangeReport {
        let name = try PolicyLibrary.groupName(wish.group)
        let texts = (wish.add ?? []) + (wish.remove ?? [])
        guard texts.count <= ChangeGroup.most, texts.reduce(0, { $0 + $1.utf8.count }) <= ChangeGroup.mostOctets else {
            throw AdministrationFailure(
                .tooLarge, what: "group \(name) is not changed",
                why: "at once are changed \(ChangeGroup.most) members at most, of \(ChangeGroup.mostOctets >> 10) KiB",
                mend: "change it in several steps")
        }
        let add = Set(try (wish.add ?? []).map(Self.identity))
        let remove = Set(try (wish.remove ?? []).map(Self.identity))
        if let both = add.intersection(remove).min() {
            throw AdministrationFailure(.malformed, what: "\(both) is to be added and to be removed")
        }
        return try await changing { () throws(StepFailure) in try await change(name, add, remove, in: call) }
    }

    /// A SPIFFE ID with a path, in its one spelling: a group has no patterns.
    private static func identity(_ text: String) throws(AdministrationFailure) -> SPIFFEID {
        let identity = try Asked.parse(text, "a SPIFFE ID") { text throws(NameFailure) in try SPIFFEID(text) }
        guard !identity.path.isEmpty else {
            throw AdministrationFailure(
                .malformed, what: "\(text.debugDescription) is a trust domain, and no identity in it")
        }
        return identity
    }

    private func change(
        _ name: GroupName, _ add: Set<SPIFFEID>, _ remove: Set<SPIFFEID>, in call: Call
    ) async throws(StepFailure) -> GroupChangeReport {
        let ledger = try await ledger()
        let before = ledger.groups[name]
        guard before != nil || remove.isEmpty else { throw .refused(Self.noGroup(name)) }
        let added = add.subtracting(before ?? []).sorted()
        let removed = remove.intersection(before ?? []).sorted()
        var groups = ledger.groups
        groups[name] = (before ?? []).union(added).subtracting(removed)
        let members = groups[name]?.count ?? 0
        guard groups.count <= Self.mostGroups,
            groups.values.reduce(0, { $0 + $1.count }) <= PolicyStatement.mostMembers
        else {
            throw .refused(
                AdministrationFailure(
                    .refused, what: "group \(name) is not changed",
                    why: "there are \(Self.mostGroups) groups at most, with \(PolicyStatement.mostMembers) members"))
        }
        let now = authority.now
        let document = try ledger.policy.map { policy throws(StepFailure) in
            try read(policy.text, with: groups, wish: "changed")
        }
        let isNamed = document?.authorityGroups.contains(name) ?? false
        guard before == nil || !added.isEmpty || !removed.isEmpty else {
            return GroupChangeReport(name, members: members, isNamed: isNamed)
        }
        var signed: SignedPolicy?
        if isNamed, let document, let policy = ledger.policy {
            let numbers = PolicyNumbers(policy: ledger.numbers.policy, groups: ledger.numbers.groups + 1)
            signed = try sign(statement(numbers, policy.text, document, groups, ledger.emergencies, at: now))
        }
        var details = ["members": "\(members)"]
        if !added.isEmpty { details["added"] = added.map(\.description).joined(separator: " ") }
        if !removed.isEmpty { details["removed"] = removed.map(\.description).joined(separator: " ") }
        let event = AuditEvent(
            .groupChanged, at: now, actor: call.actor, subject: name.description, details: details)
        let change = GroupChange(
            group: name, added: added.map { GroupMember(identity: $0, since: now, addedBy: call.actor) },
            removed: removed, at: now)
        do throws(StoreFailure) {
            let counter = try await store.change(
                change, signed: signed, after: ledger.numbers, audit: authority.sealed(event))
            return GroupChangeReport(
                name, added: added.map(\.description), removed: removed.map(\.description), isNew: before == nil,
                members: members, isNamed: isNamed, changeCounter: signed == nil ? nil : counter)
        } catch {
            throw StepFailure(error)
        }
    }

    private static func noGroup(_ name: GroupName) -> AdministrationFailure {
        AdministrationFailure(
            .notFound, what: "there is no group \"\(name)\"", mend: "see which there are: symbolon group list")
    }
}
