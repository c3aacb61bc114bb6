import Foundation
import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonAudit
import SymbolonAuthority
import SymbolonKeys
import SymbolonNames
import Testing

@testable import SymbolonStorage

@Suite("What is permitted for emergencies, in the store")
struct EmergencyStoreTests {
    private let signer = SigningKey.make(.p256).publicKey.fingerprint

    private func voice(_ name: String) -> Emergency.Voice { Emergency.Voice(identity: name, actor: "\(name) here") }

    private func wish(by name: String = "ann") -> Emergency.Wish {
        Emergency.Wish(
            subjects: ["spiffe://example.internal/eve"], services: ["ledger"], seconds: 600, reason: "why", at: noon,
            by: voice(name))
    }

    private func signed(_ groups: Int64) -> SignedPolicy {
        SignedPolicy(numbers: PolicyNumbers(policy: 1, groups: groups), signer: signer, octets: Array("\(groups)".utf8))
    }

    /// With a policy in force.
    private func fixture(_ kind: StoreKind) async throws -> StoreFixture {
        let fixture = try await StoreFixture.make(kind)
        _ = try await fixture.store.publish(
            PublishedPolicy(
                version: PolicyVersion(
                    number: 1, digest: [UInt8](repeating: 1, count: 32), ruleCount: 0, publishedAt: noon,
                    publishedBy: "ann", note: nil, again: nil), text: "rules: []"),
            signed: signed(0), after: PolicyNumbers(policy: 0, groups: 0), audit: fixture.audit(.policyPublished))
        return fixture
    }

    private func approve(
        _ fixture: StoreFixture, _ number: Int64, by name: String, groups: Int64, at now: Date = noon + 1
    ) async throws -> UInt64 {
        let permission = EmergencyPermission(
            number: number, subjects: [try SPIFFEID("spiffe://example.internal/eve")], services: ["ledger"],
            reason: "why", from: now, until: now + 600, askedBy: "ann", approvedBy: name)
        return try await fixture.store.approve(
            permission, by: voice(name), at: now, signed: signed(groups + 1),
            after: PolicyNumbers(policy: 1, groups: groups), audit: fixture.audit(.emergencyApproved))
    }

    @Test(
        "Z09: asked, approved by somebody else, ended: each once, and the ledger has what is in force",
        arguments: StoreKind.allCases)
    func course(_ kind: StoreKind) async throws {
        let fixture = try await self.fixture(kind)
        let store = fixture.store
        #expect(try await store.ask(wish(), audit: fixture.audit(.emergencyAsked)) == 1)
        #expect(try await store.ask(wish(by: "bob"), audit: fixture.audit(.emergencyAsked)) == 2)
        #expect(try await store.policyLedger().emergencies.isEmpty)
        #expect(try await approve(fixture, 1, by: "bob", groups: 0) == 2)
        let ledger = try await fixture.opened(mode: .readOnly).policyLedger()
        #expect(ledger.numbers == PolicyNumbers(policy: 1, groups: 1))
        #expect(ledger.emergencies.map(\.number) == [1])
        #expect(ledger.emergencies.first?.until == noon + 601)
        let found = try #require(try await store.emergency(1))
        #expect(found.state(at: noon + 2) == .inForce && found.state(at: noon + 601) == .over)
        #expect(found.wish == wish() && found.approval?.by == voice("bob"))
        // Not twice, and not after another change.
        await #expect(throws: StoreFailure.overtaken) { try await approve(fixture, 1, by: "eve", groups: 1) }
        await #expect(throws: StoreFailure.overtaken) { try await approve(fixture, 2, by: "ann", groups: 0) }
        // What is in force ends with a statement, and what is not, without one.
        let numbers = PolicyNumbers(policy: 1, groups: 1)
        await #expect(throws: StoreFailure.overtaken) {
            try await store.end(
                1, by: "ann", at: noon + 3, signed: nil, after: numbers, audit: fixture.audit(.emergencyEnded))
        }
        #expect(
            try await store.end(
                1, by: "ann", at: noon + 3, signed: signed(2), after: numbers, audit: fixture.audit(.emergencyEnded))
                == 3)
        #expect(
            try await store.end(
                2, by: "ann", at: noon + 3, signed: nil, after: PolicyNumbers(policy: 1, groups: 2),
                audit: fixture.audit(.emergencyEnded)) == 3)
        #expect(try await store.policyLedger().emergencies.isEmpty)
        #expect(try await store.emergencies(limit: 10).map { $0.state(at: noon + 4) } == [.ended, .ended])
        await #expect(throws: StoreFailure.overtaken) { try await approve(fixture, 2, by: "eve", groups: 2) }
    }

    @Test(
        "Z09: the schema refuses one person's two words, what is longer, and what was never asked",
        arguments: StoreKind.allCases)
    func schema(_ kind: StoreKind) async throws {
        let fixture = try await self.fixture(kind)
        for name in ["ann", "ann"] {
            _ = try await fixture.store.ask(wish(by: name), audit: fixture.audit(.emergencyAsked))
        }
        await #expect(throws: (any Error).self) { try await approve(fixture, 1, by: "ann", groups: 0) }
        await #expect(throws: (any Error).self) {
            try await approve(fixture, 1, by: "bob", groups: 0, at: noon + 3601)
        }
        // The honest twin.
        _ = try await approve(fixture, 1, by: "bob", groups: 0)
        let columns = "number, subjects, services, seconds, reason, asked_at, asker, asked_by"
        for statement in [
            "UPDATE emergency SET ends_at = ends_at + 1000 WHERE number = 1",
            "UPDATE emergency SET approver = 'eve' WHERE number = 1",
            "UPDATE emergency SET approved_at = NULL, approver = NULL, approved_by = NULL, begins_at = NULL, ends_at = NULL",
            "UPDATE emergency SET services = '[]' WHERE number = 1", "UPDATE emergency SET asker = 'eve'",
            "UPDATE emergency SET approved_at = 1, approver = 'ann', approved_by = 'x', begins_at = 1, ends_at = 2 WHERE number = 2",
            "UPDATE emergency SET approved_at = asked_at, approver = 'bob', approved_by = 'x', begins_at = asked_at, ends_at = asked_at + 600001 WHERE number = 2",
            "DELETE FROM emergency",
            "INSERT INTO emergency (\(columns)) VALUES (9, '[]', '[]', 600, 'why', 0, 'ann', 'ann')",
            "INSERT INTO emergency (\(columns)) VALUES (3, '[]', '[]', 14401, 'why', 0, 'ann', 'ann')",
            "INSERT INTO emergency (\(columns)) VALUES (3, '[]', '[]', 600, '', 0, 'ann', 'ann')",
        ] {
            await #expect(throws: (any Error).self, "\(statement)") {
                try await fixture.stranger(sqlite: statement, postgreSQL: statement)
            }
        }
        #expect(try await fixture.store.policyLedger().emergencies.map(\.until) == [noon + 601])
    }
}
