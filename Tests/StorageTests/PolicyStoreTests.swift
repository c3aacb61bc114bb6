import Foundation
import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonAudit
import SymbolonAuthority
import SymbolonKeys
import SymbolonNames
import Testing

@testable import SymbolonStorage

@Suite("Versions of the policy and groups, on either engine")
struct PolicyStoreTests {
    private let night: GroupName

    init() throws { night = try #require(GroupName("night")) }

    private func policy(_ number: Int64, _ text: String = "rules: []\n", again: Int64? = nil) -> PublishedPolicy {
        PublishedPolicy(
            version: PolicyVersion(
                number: number, digest: Array(repeating: UInt8(text.utf8.count & 0xFF), count: 32), ruleCount: 0,
                publishedAt: noon, publishedBy: "ann", note: number == 1 ? "first" : nil, again: again),
            text: text)
    }

    private func signed(_ policy: Int64, _ groups: Int64 = 0, by signer: UInt8 = 1) throws -> SignedPolicy {
        SignedPolicy(
            numbers: PolicyNumbers(policy: policy, groups: groups),
            signer: try KeyFingerprint([UInt8](repeating: signer, count: 32)), octets: [1, UInt8(policy), signer])
    }

    private func member(_ name: String) throws -> GroupMember {
        GroupMember(identity: try SPIFFEID("spiffe://example.internal/\(name)"), since: noon, addedBy: "ann")
    }

    private func change(add: [String] = [], remove: [String] = []) throws -> GroupChange {
        GroupChange(
            group: night, added: try add.map(member), removed: try remove.map { try member($0).identity }, at: noon)
    }

    @discardableResult
    private func publish(
        _ fixture: StoreFixture, _ number: Int64, groups: Int64 = 0, text: String = "rules: []\n",
        again: Int64? = nil, after: PolicyNumbers? = nil
    ) async throws -> UInt64 {
        try await fixture.store.publish(
            policy(number, text, again: again), signed: signed(number, groups),
            after: after ?? PolicyNumbers(policy: number - 1, groups: groups), audit: fixture.audit(.policyPublished))
    }

    @Test(
        "a version is there as it was published, the statement with it, and each counts as a change",
        arguments: StoreKind.allCases)
    func published(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let store = fixture.store
        #expect(try await store.policyInForce() == nil)
        #expect(try await store.policyLedger().numbers == PolicyNumbers(policy: 0, groups: 0))
        #expect(try await publish(fixture, 1) == 1)
        #expect(try await publish(fixture, 2, text: "rules: [ ]\n") == 2)
        #expect(try await publish(fixture, 3, again: 1) == 3)
        #expect(
            try await store.policyVersions(limit: 2) == [
                policy(3, again: 1).version, policy(2, "rules: [ ]\n").version,
            ])
        #expect(try await store.publishedPolicy(1) == policy(1))
        #expect(try await store.publishedPolicy(4) == nil)
        #expect(try await store.policyLedger().policy == policy(3, again: 1))
        #expect(try await store.signedPolicy() == signed(3))
        #expect(try await store.policyInForce() == PolicyNumbers(policy: 3, groups: 0))
        #expect(try await fixture.opened().signedPolicy() == signed(3))
        guard case .intact = try await fixture.verdict() else {
            Issue.record("the record is not intact")
            return
        }
    }

    @Test(
        "of two nodes that publish at the same time one is overtaken, and left no trace", arguments: StoreKind.allCases)
    func raced(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let other = try await fixture.opened()
        try await publish(fixture, 1)
        await #expect(throws: StoreFailure.overtaken) {
            try await other.publish(
                policy(1, "rules: [ ]\n"), signed: signed(1), after: PolicyNumbers(policy: 0, groups: 0),
                audit: fixture.audit(.policyPublished))
        }
        await #expect(throws: StoreFailure.overtaken) {
            try await other.change(
                change(add: ["a"]), signed: nil, after: PolicyNumbers(policy: 0, groups: 0),
                audit: fixture.audit(.groupChanged))
        }
        #expect(try await other.policyLedger().groups.isEmpty)
        #expect(try await other.changeCounter() == 1)
        // The honest twin.
        _ = try await other.change(
            change(add: ["a"]), signed: nil, after: PolicyNumbers(policy: 1, groups: 0),
            audit: fixture.audit(.groupChanged))
    }

    @Test(
        "members come and leave, the group stays, and only what is signed is a change for ends",
        arguments: StoreKind.allCases)
    func groups(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let store = fixture.store
        #expect(try await store.members(of: night) == nil)
        let none = PolicyNumbers(policy: 0, groups: 0)
        #expect(
            try await store.change(
                change(add: ["b", "a"]), signed: nil, after: none, audit: fixture.audit(.groupChanged)) == 0)
        #expect(try await store.members(of: night) == [member("a"), member("b")])
        try await publish(fixture, 1, groups: 1, after: PolicyNumbers(policy: 0, groups: 1))
        let counter = try await store.change(
            change(remove: ["a", "b"]), signed: signed(1, 2), after: PolicyNumbers(policy: 1, groups: 1),
            audit: fixture.audit(.groupChanged))
        #expect(counter == 2)
        #expect(try await store.members(of: night) == [])
        #expect(try await store.groups().map(\.members) == [0])
        let ledger = try await store.policyLedger()
        #expect(ledger.numbers == PolicyNumbers(policy: 1, groups: 2) && ledger.groups == [night: []])
        #expect(try await store.policyInForce() == ledger.numbers)
    }

    @Test(
        "the same statement by another key takes the place of the first, and another does not",
        arguments: StoreKind.allCases)
    func signedAnew(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        try await publish(fixture, 1)
        try await fixture.store.sign(anew: signed(1, by: 2), audit: fixture.audit(.policySigned))
        #expect(try await fixture.store.signedPolicy() == signed(1, by: 2))
        #expect(try await fixture.store.changeCounter() == 1)
        try await publish(fixture, 2)
        await #expect(throws: StoreFailure.overtaken) {
            try await fixture.store.sign(anew: signed(1, by: 3), audit: fixture.audit(.policySigned))
        }
    }

    @Test(
        "Z12: the schema refuses a version that is changed, skipped or removed, and a statement that goes back",
        arguments: StoreKind.allCases)
    func schema(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        _ = try await fixture.store.change(
            change(add: ["a"]), signed: nil, after: PolicyNumbers(policy: 0, groups: 0),
            audit: fixture.audit(.groupChanged))
        try await publish(fixture, 1, groups: 1)
        try await publish(fixture, 2, groups: 1)
        let before = try await fixture.store.policyLedger().numbers
        for statement in [
            "UPDATE policy_version SET text = 'rules: []' WHERE number = 1", "DELETE FROM policy_version",
            "INSERT INTO policy_version SELECT 4, text, digest, rule_count, published_at, published_by, note, again "
                + "FROM policy_version WHERE number = 2",
            "INSERT INTO policy_version SELECT 3, 'other', digest, rule_count, published_at, published_by, note, 1 "
                + "FROM policy_version WHERE number = 2",
            "UPDATE policy_statement SET policy_number = 1", "UPDATE policy_statement SET groups_number = 0",
            "UPDATE policy_statement SET statement = signer_key", "UPDATE policy_statement SET groups_number = 9",
            "DELETE FROM policy_statement", "UPDATE groups_counter SET value = 0", "DELETE FROM groups_counter",
            "UPDATE groups_counter SET value = value + 2",
            "DELETE FROM access_group", "UPDATE access_group SET name = 'day'",
            "UPDATE group_member SET identity = 'spiffe://example.internal/b'",
            "INSERT INTO group_member VALUES ('night', 'alice', 0, 'ann')",
            "INSERT INTO group_member VALUES ('day', 'spiffe://example.internal/a', 0, 'ann')",
        ] {
            await #expect(throws: (any Error).self, "\(statement)") {
                try await fixture.stranger(sqlite: statement, postgreSQL: statement)
            }
        }
        #expect(try await fixture.store.policyLedger().numbers == before)
        #expect(try await fixture.store.signedPolicy() == signed(2, 1))
    }
}

@Suite("The policy that ends of a home judge by")
struct HeldPolicyFileTests {
    private let scratch: Scratch
    private let home: HomeFolder
    private let key = SigningKey.make(.p256)
    private let domain: TrustDomain

    init() throws {
        scratch = try Scratch()
        home = HomeFolder(scratch.path)
        domain = try TrustDomain("example.internal")
    }

    private func policy(_ number: Int64) throws -> VerifiedPolicy {
        let octets = try PolicyStatement(
            of: domain, PolicyNumbers(policy: number, groups: 0), at: noon, text: "rules: []\n", groups: [:]
        ).signed(for: key.publicKey) { message throws(KeyFailure) in try key.sign(message) }
        return try PresentedPolicy(octets).verify(by: [key.publicKey], of: domain)
    }

    @Test("Z12: it is there after a restart, and no earlier one takes its place, whichever process notes it")
    func kept() throws {
        #expect(try home.heldPolicy(of: domain)?.numbers == nil)
        try home.note(policy(2))
        try home.note(policy(1))
        #expect(try home.heldPolicy(of: domain)?.numbers.policy == 2)
        try home.note(policy(3))
        #expect(try home.heldPolicy(of: domain)?.numbers.policy == 3)
        #expect(try home.heldPolicy(of: TrustDomain("other.example"))?.numbers == nil)
        try home.check()
        try home.forgetPolicy()
        try home.forgetPolicy()
        #expect(try home.heldPolicy(of: domain)?.numbers == nil)
    }

    @Test("one that was altered, or does not read, is no reason to begin anew")
    func damaged() throws {
        try home.note(policy(2))
        let text = String(decoding: try content(home.policyFile), as: UTF8.self)
        for spoiled in ["", "{}", text.replacing("signer", with: "singer"), String(text.dropLast(40))] {
            try scratch.write("policy.json", spoiled)
            #expect(throws: HomeFailure.policyUnreadable(path: home.policyFile)) { try home.heldPolicy(of: domain) }
        }
        try scratch.write("policy.json", text)
        #expect(try home.heldPolicy(of: domain)?.numbers.policy == 2)
    }
}
