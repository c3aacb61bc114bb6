import Foundation
import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonAudit
import SymbolonNames
import Testing

@testable import SymbolonStorage

@Suite("Signals of machines in the store")
struct PostureStoreTests {
    private static let healthy = PostureSignal.healthy

    private func id(_ name: String) throws -> SPIFFEID { try SPIFFEID("spiffe://example.internal/\(name)") }

    private func report(
        _ fixture: StoreFixture, _ names: [String], for seconds: Double = 600, at now: Date = noon, most: Int = 100
    ) async throws -> UInt64? {
        try await fixture.store.report(
            [Self.healthy], of: Set(names.map(id)), until: now + seconds, at: now, by: "ann", most: most,
            audit: fixture.audit(.postureReported))
    }

    @Test(
        "Z03: what was said since a change is told, withdrawals too, to another node as well",
        arguments: StoreKind.allCases)
    func changes(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let store = fixture.store
        #expect(try await report(fixture, ["a", "b"]) == 1)
        #expect(try await report(fixture, ["c"]) == 2)
        let withdrawn = try await store.withdraw(
            [Self.healthy], of: [id("a"), id("z")], at: noon + 1, by: "bob", audit: fixture.audit(.postureWithdrawn))
        #expect(withdrawn == 3)
        let nothing = try await store.withdraw(
            [Self.healthy], of: [id("a")], at: noon + 1, by: "bob", audit: fixture.audit(.postureWithdrawn))
        #expect(nothing == nil)
        let other = try await fixture.opened(mode: .readOnly)
        let all = try await other.posture(since: nil)
        #expect(all.map(\.subject.description) == ["a", "b", "c"].map { "spiffe://example.internal/\($0)" })
        #expect(all.map { $0.holds(at: noon + 599) } == [false, true, true])
        #expect(all.map { $0.holds(at: noon + 600) } == [false, false, false])
        #expect(try await other.posture(since: 1).map(\.isWithdrawn) == [true, false])
        #expect(try await other.posture(since: 2).map(\.reportedBy) == ["bob"])
        #expect(try await other.posture(since: 3).isEmpty)
        // Said again, it holds again.
        #expect(try await report(fixture, ["a"], at: noon + 2) == 4)
        #expect(try await other.posture(since: 3).map(\.isWithdrawn) == [false])
    }

    @Test(
        "there is room for so many subjects, what has lapsed makes room, and one that is known needs none",
        arguments: StoreKind.allCases)
    func room(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        #expect(try await report(fixture, ["a", "b"], for: 10, most: 2) == 1)
        #expect(try await report(fixture, ["c"], most: 2) == nil)
        #expect(try await fixture.store.changeCounter() == 1)
        #expect(try await report(fixture, ["b"], for: 10, at: noon + 5, most: 2) == 2)
        #expect(try await report(fixture, ["c"], at: noon + 11, most: 2) == 3)
        #expect(try await fixture.store.posture(since: nil).count == 2)
    }

    @Test("reporters come and go; the schema refuses what was never said so", arguments: StoreKind.allCases)
    func schema(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let identity = "spiffe://example.internal/scanner"
        let reporter = PostureReporter(
            identity: identity, signals: ["healthy"], subjects: ["spiffe://example.internal/device/**"], since: noon,
            addedBy: "ann")
        try await fixture.store.put(reporter, audit: fixture.audit(.reporterPermitted))
        #expect(try await fixture.store.reporter(identity) == reporter)
        #expect(try await fixture.store.reporters() == [reporter])
        _ = try await report(fixture, ["a"])
        for statement in [
            "UPDATE posture_signal SET ends_at = ends_at + 86400000, change = change + 1",
            "UPDATE posture_signal SET ends_at = ends_at - 1",
            "UPDATE posture_signal SET subject = 'spiffe://example.internal/b', change = change + 1",
            "UPDATE posture_signal SET withdrawn = 2, change = change + 1",
            "INSERT INTO posture_signal VALUES ('alice', 'healthy', 1, 0, 0, 'ann', 9)",
            "INSERT INTO posture_reporter VALUES ('alice', '[]', '[]', 0, 'ann')",
        ] {
            await #expect(throws: (any Error).self, "\(statement)") {
                try await fixture.stranger(sqlite: statement, postgreSQL: statement)
            }
        }
        #expect(try await fixture.store.removeReporter(identity, audit: fixture.audit(.reporterRemoved)))
        #expect(try await !fixture.store.removeReporter(identity, audit: fixture.audit(.reporterRemoved)))
    }
}
