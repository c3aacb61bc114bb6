import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonRevocation
import Testing

@testable import SymbolonStorage

@Suite("Revocations that wait for their time, on either engine")
struct ScheduleStoreTests {
    private func order(_ due: Date = noon + 60, serials: [UInt32] = [1]) throws -> ScheduledRevocation.Order {
        ScheduledRevocation.Order(
            serials: try serials.map { try StoreFixture.serial($0) }, identities: ["spiffe://example.internal/web"],
            reason: .superseded, invalidSince: noon - 5, due: due, madeAt: noon, actor: "operator")
    }

    private func issued(_ kind: StoreKind) async throws -> StoreFixture {
        let fixture = try await StoreFixture.make(kind)
        try await fixture.store.record(fixture.intent(1), audit: fixture.audit())
        try await fixture.store.complete(StoreFixture.serial(1), certificate: [1], at: noon, audit: fixture.audit())
        return fixture
    }

    @Test(
        "one is there as it was made, is due at its time and not before, and is made once",
        arguments: StoreKind.allCases)
    func made(_ kind: StoreKind) async throws {
        let fixture = try await issued(kind)
        let store = fixture.store
        let made = try await store.schedule(order(), audit: fixture.audit(.revocationScheduled))
        let pending = ScheduledRevocation(number: made, order: try order(), state: .pending)
        #expect(try await store.scheduledRevocations(all: false) == [pending])
        #expect(try await store.dueRevocations(at: noon + 59) == [])
        #expect(try await store.dueRevocations(at: noon + 60) == [pending])
        let serial = try StoreFixture.serial(1)
        #expect(try await store.carryOut(made, [fixture.order(1)], at: noon + 60) == [serial])
        #expect(try await store.changeCounter() == 1)
        // Another node comes later.
        #expect(try await store.carryOut(made, [fixture.order(1)], at: noon + 61) == nil)
        #expect(try await store.dueRevocations(at: noon + 61) == [])
        #expect(try await store.scheduledRevocations(all: true).map(\.state) == [.done(at: noon + 60)])
        #expect(try await store.cancelRevocation(made, at: noon, by: "x", audit: fixture.audit()) == false)
        guard case .intact = try await fixture.verdict() else {
            Issue.record("the record is not intact")
            return
        }
    }

    @Test("one is called off before its time and not at it, and then nobody makes it", arguments: StoreKind.allCases)
    func cancelled(_ kind: StoreKind) async throws {
        let fixture = try await issued(kind)
        let store = fixture.store
        let made = try await store.schedule(order(), audit: fixture.audit(.revocationScheduled))
        let audit = fixture.audit(.revocationCancelled)
        #expect(try await store.cancelRevocation(made, at: noon + 60, by: "ann", audit: audit) == false)
        #expect(try await store.cancelRevocation(made + 1, at: noon, by: "ann", audit: audit) == nil)
        #expect(try await store.cancelRevocation(made, at: noon + 59, by: "ann", audit: audit) == true)
        #expect(try await store.carryOut(made, [fixture.order(1)], at: noon + 60) == nil)
        #expect(try await store.changeCounter() == 0)
        #expect(try await store.scheduledRevocations(all: true).map(\.state) == [.cancelled(at: noon + 59, by: "ann")])
        #expect(try await store.scheduledRevocations(all: false) == [])
    }

    @Test("where a revocation is refused, its schedule still waits", arguments: StoreKind.allCases)
    func refused(_ kind: StoreKind) async throws {
        let fixture = try await issued(kind)
        let store = fixture.store
        let made = try await store.schedule(order(), audit: fixture.audit(.revocationScheduled))
        await #expect(throws: StoreFailure.self) {
            try await store.carryOut(made, [fixture.order(1), fixture.order(9)], at: noon + 60)
        }
        #expect(try await store.dueRevocations(at: noon + 60).map(\.number) == [made])
        #expect(try await store.changeCounter() == 0)
    }

    @Test(
        "the schema refuses what is due before it was made, what is over and changes, and a deletion",
        arguments: StoreKind.allCases)
    func schema(_ kind: StoreKind) async throws {
        let fixture = try await issued(kind)
        let store = fixture.store
        await #expect(throws: StoreFailure.self) {
            try await store.schedule(order(noon), audit: fixture.audit(.revocationScheduled))
        }
        _ = try await store.schedule(order(), audit: fixture.audit(.revocationScheduled))
        for statement in [
            "DELETE FROM scheduled_revocation", "UPDATE scheduled_revocation SET due = due + 1",
            "UPDATE scheduled_revocation SET state = 'cancelled', ended_at = due, ended_by = 'x'",
        ] {
            await #expect(throws: (any Error).self) {
                try await fixture.stranger(sqlite: statement, postgreSQL: statement)
            }
        }
        #expect(try await store.scheduledRevocations(all: false).count == 1)
    }
}
