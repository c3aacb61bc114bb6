import Foundation
public import SymbolonAccessPolicy
public import SymbolonAdministration
public import SymbolonAudit
public import SymbolonAuthority
import SymbolonKeys
import SymbolonNames

extension AuthorityDatabase: PolicyStore {
    public func policyLedger() async throws(StoreFailure) -> PolicyLedger {
        try await engine.read { session in
            PolicyLedger(
                numbers: try PolicyTable.numbers(in: session), policy: try PolicyTable.newest(in: session),
                groups: try GroupTable.groups(in: session), emergencies: try EmergencyTable.permissions(in: session))
        }
    }

    public func policyVersions(limit: Int) async throws(StoreFailure) -> [PolicyVersion] {
        try await engine.read { session in
            try session.rows(
                "SELECT \(PolicyTable.columns) FROM policy_version ORDER BY number DESC LIMIT ?", [.integer(limit)]
            ).map(PolicyTable.version)
        }
    }

    public func publishedPolicy(_ number: Int64) async throws(StoreFailure) -> PublishedPolicy? {
        try await engine.read { session in
            try session.row("SELECT * FROM policy_version WHERE number = ?", [.integer(number)])
                .map(PolicyTable.published)
        }
    }

    public func groups() async throws(StoreFailure) -> [(name: GroupName, members: Int)] {
        try await engine.read { session in
            try session.rows(
                """
                SELECT name, (SELECT count(*) FROM group_member WHERE group_name = name) AS members FROM access_group
                    ORDER BY name
                """
            ).map { (try GroupTable.name(try $0.text("name")), Int(try $0.integer("members"))) }
        }
    }

    public func members(of group: GroupName) async throws(StoreFailure) -> [GroupMember]? {
        try await engine.read { session in
            guard try session.exists("SELECT 1 FROM access_group WHERE name = ?", [.text(group.description)]) else {
                return nil
            }
            return try session.rows(
                "SELECT identity, since, added_by FROM group_member WHERE group_name = ? ORDER BY identity",
                [.text(group.description)]
            ).map { row in
                GroupMember(
                    identity: try GroupTable.identity(try row.text("identity")), since: try row.time("since"),
                    addedBy: try row.text("added_by"))
            }
        }
    }

    public func policyInForce() async throws(StoreFailure) -> PolicyNumbers? {
        try await engine.lookUp { session in
            try session.row("SELECT policy_number, groups_number FROM policy_statement")
                .map(PolicyTable.signedNumbers)
        }
    }

    public func signedPolicy() async throws(StoreFailure) -> SignedPolicy? {
        try await engine.lookUp { try PolicyTable.signed(in: $0) }
    }

    // MARK: Changes

    public func publish(
        _ policy: PublishedPolicy, signed: SignedPolicy, after numbers: PolicyNumbers, audit: AuditAppend
    ) async throws(StoreFailure) -> UInt64 {
        try await engine.write { transaction in
            try PolicyTable.require(numbers, in: transaction)
            let version = policy.version
            try transaction.execute(
                """
                INSERT INTO policy_version (number, text, digest, rule_count, published_at, published_by, note, again)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .integer(version.number), .text(policy.text), .octets(version.digest), .integer(version.ruleCount),
                    .time(version.publishedAt), .text(version.publishedBy), .text(version.note),
                    version.again.map { .integer($0) } ?? .null,
                ])
            return try Self.put(signed, audit, in: transaction)
        }
    }

    public func change(
        _ change: GroupChange, signed: SignedPolicy?, after numbers: PolicyNumbers, audit: AuditAppend
    ) async throws(StoreFailure) -> UInt64 {
        try await engine.write { transaction in
            try PolicyTable.require(numbers, in: transaction)
            try GroupTable.take(change, in: transaction)
            guard let signed else {
                try transaction.append(audit)
                return try Self.changeCounter(in: transaction)
            }
            return try Self.put(signed, audit, in: transaction)
        }
    }

    /// What is signed is in force, and ends are told.
    static func put(
        _ signed: SignedPolicy, _ audit: AuditAppend, in transaction: StoreTransaction
    ) throws -> UInt64 {
        try PolicyTable.put(signed, in: transaction)
        try countChange(in: transaction)
        try transaction.append(audit)
        return try changeCounter(in: transaction)
    }

    public func sign(anew signed: SignedPolicy, audit: AuditAppend) async throws(StoreFailure) {
        try await engine.write { transaction in
            guard try PolicyTable.signed(in: transaction)?.numbers == signed.numbers else {
                throw StoreFailure.overtaken
            }
            try PolicyTable.put(signed, in: transaction)
            try transaction.append(audit)
        }
    }
}

/// The versions of the policy, and the one statement.
enum PolicyTable {
    static let columns = "number, digest, rule_count, published_at, published_by, note, again"

    /// Of the newest version, and of the groups.
    static func numbers(in session: some StoreSession) throws -> PolicyNumbers {
        let row = try session.row(
            """
            SELECT coalesce((SELECT max(number) FROM policy_version), 0) AS policy, value FROM groups_counter
            """)
        guard let row else { throw StoreFailure.damaged("there is no counter of groups") }
        return PolicyNumbers(policy: try row.integer("policy"), groups: try row.integer("value"))
    }

    static func require(_ numbers: PolicyNumbers, in session: some StoreSession) throws {
        guard try self.numbers(in: session) == numbers else { throw StoreFailure.overtaken }
    }

    static func newest(in session: some StoreSession) throws -> PublishedPolicy? {
        try session.row("SELECT * FROM policy_version ORDER BY number DESC LIMIT 1").map(published)
    }

    static func version(_ row: StoreRow) throws -> PolicyVersion {
        PolicyVersion(
            number: try row.integer("number"), digest: try row.octets("digest"),
            ruleCount: Int(clamping: try row.integer("rule_count")), publishedAt: try row.time("published_at"),
            publishedBy: try row.text("published_by"), note: try row.textIfAny("note"),
            again: try row.integerIfAny("again"))
    }

    static func published(_ row: StoreRow) throws -> PublishedPolicy {
        PublishedPolicy(version: try version(row), text: try row.text("text"))
    }

    static func signed(in session: some StoreSession) throws -> SignedPolicy? {
        try session.row("SELECT policy_number, groups_number, signer_key, statement FROM policy_statement").map { row in
            guard let signer = try? KeyFingerprint(try row.octets("signer_key")) else {
                throw StoreFailure.damaged("who signed the policy does not read back")
            }
            return SignedPolicy(
                numbers: try signedNumbers(row), signer: signer, octets: try row.octets("statement"))
        }
    }

    static func signedNumbers(_ row: StoreRow) throws -> PolicyNumbers {
        PolicyNumbers(policy: try row.integer("policy_number"), groups: try row.integer("groups_number"))
    }

    static func put(_ signed: SignedPolicy, in session: some StoreSession) throws {
        let values: [StoreValue] = [
            .integer(signed.numbers.policy), .integer(signed.numbers.groups), .octets(signed.signer.bytes),
            .octets(signed.octets),
        ]
        let replaced = try session.execute(
            "UPDATE policy_statement SET policy_number = ?, groups_number = ?, signer_key = ?, statement = ?", values)
        guard replaced == 0 else { return }
        try session.execute(
            """
            INSERT INTO policy_statement (id, policy_number, groups_number, signer_key, statement)
            VALUES (1, ?, ?, ?, ?)
            """, values)
    }
}

/// The groups and who is in them.
enum GroupTable {
    static func groups(in session: some StoreSession) throws -> [GroupName: Set<SPIFFEID>] {
        var groups: [GroupName: Set<SPIFFEID>] = [:]
        for row in try session.rows("SELECT name FROM access_group") { groups[try name(try row.text("name"))] = [] }
        try session.each("SELECT group_name, identity FROM group_member", []) { row in
            groups[try name(try row.text("group_name")), default: []].insert(try identity(try row.text("identity")))
        }
        return groups
    }

    static func take(_ change: GroupChange, in session: some StoreSession) throws {
        let name = change.group.description
        if try !session.exists("SELECT 1 FROM access_group WHERE name = ?", [.text(name)]) {
            try session.execute(
                "INSERT INTO access_group (name, made_at) VALUES (?, ?)", [.text(name), .time(change.at)])
        }
        for identity in change.removed {
            try session.execute(
                "DELETE FROM group_member WHERE group_name = ? AND identity = ?",
                [.text(name), .text(identity.description)])
        }
        for member in change.added {
            try session.execute(
                "INSERT INTO group_member (group_name, identity, since, added_by) VALUES (?, ?, ?, ?)",
                [.text(name), .text(member.identity.description), .time(member.since), .text(member.addedBy)])
        }
        try count(in: session)
    }

    /// One more change of what the statement holds beside rules.
    static func count(in session: some StoreSession) throws {
        try session.execute("UPDATE groups_counter SET value = value + 1")
    }

    static func name(_ text: String) throws -> GroupName {
        guard let name = GroupName(text) else { throw StoreFailure.damaged("\(text.debugDescription) is no group") }
        return name
    }

    static func identity(_ text: String) throws -> SPIFFEID {
        do {
            return try SPIFFEID(text)
        } catch {
            throw StoreFailure.damaged("a member of a group: \(error.explanation)")
        }
    }
}
