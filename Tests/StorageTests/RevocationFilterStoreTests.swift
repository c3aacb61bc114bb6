import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import Testing

@testable import SymbolonStorage

@Suite("Filters and what they are made from, on either engine")
struct RevocationFilterStoreTests {
    private func filter(
        _ fixture: StoreFixture, _ number: Int64, _ kind: FilterStanding.Kind = .complete, base: Int64? = nil,
        counter: UInt64 = 0, thisUpdate: Date = noon, size: Int = 3
    ) -> PublishedFilter {
        let standing = FilterStanding(
            issuerKey: fixture.issuer, kind: kind, number: number, baseNumber: base ?? number, changeCounter: counter,
            thisUpdate: thisUpdate, nextUpdate: thisUpdate + 60, covers: thisUpdate - 360, count: 7, size: size)
        return PublishedFilter(standing: standing, der: [UInt8](repeating: 0x30, count: size))
    }

    private func publish(_ filter: PublishedFilter, replacing last: Int64?, in fixture: StoreFixture) async throws
        -> Bool
    {
        try await fixture.store.publish(filter, replacing: last, audit: fixture.audit(.filterPublished))
    }

    @Test("what was published is there as it was, each kind by itself", arguments: StoreKind.allCases)
    func published(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        #expect(try await fixture.store.filterStandings(of: fixture.issuer) == [])
        let complete = filter(fixture, 1)
        let update = filter(fixture, 2, .update, base: 1, size: 5)
        #expect(try await publish(complete, replacing: nil, in: fixture))
        #expect(try await publish(update, replacing: nil, in: fixture))
        #expect(try await fixture.store.filter(of: fixture.issuer, .complete) == complete)
        #expect(try await fixture.store.filter(of: fixture.issuer, .update) == update)
        let standings = try await fixture.store.filterStandings(of: fixture.issuer)
        #expect(standings.sorted { $0.number < $1.number } == [complete.standing, update.standing])
        guard case .intact(count: 2, _) = try await fixture.verdict() else {
            Issue.record("the record is not intact")
            return
        }
    }

    @Test(
        "whoever was slower publishes nothing, and an older one is refused whoever writes",
        arguments: StoreKind.allCases)
    func order(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        #expect(try await publish(filter(fixture, 5), replacing: nil, in: fixture))
        #expect(try await !publish(filter(fixture, 6), replacing: nil, in: fixture))
        #expect(try await !publish(filter(fixture, 6), replacing: 4, in: fixture))
        #expect(try await publish(filter(fixture, 6), replacing: 5, in: fixture))
        for older in [
            filter(fixture, 4), filter(fixture, 7, thisUpdate: noon - 1),
        ] {
            await #expect(throws: StoreFailure.self) { try await publish(older, replacing: 6, in: fixture) }
        }
        #expect(try await fixture.store.filter(of: fixture.issuer, .complete)?.standing.number == 6)
        #expect(try await fixture.store.auditEnd()?.last.sequence == 2)
    }

    @Test("certificates by their begin and end, and what is revoked of them", arguments: StoreKind.allCases)
    func issued(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        try await fixture.fill()
        func counts(_ span: FilterSpan) async throws -> [Int] {
            let found = try await fixture.store.issued(by: fixture.issuer, in: [span])
            #expect(found.changeCounter == 1)
            return [found.1[0].count, found.1[0].revokedCount]
        }
        // All four began a minute before noon and end a day after it.
        #expect(try await counts(FilterSpan(begunAfter: nil, begunBy: noon - 60, notEndedBefore: noon)) == [4, 1])
        #expect(try await counts(FilterSpan(begunAfter: nil, begunBy: noon - 61, notEndedBefore: noon)) == [0, 0])
        #expect(try await counts(FilterSpan(begunAfter: noon - 61, begunBy: noon, notEndedBefore: noon)) == [4, 1])
        #expect(try await counts(FilterSpan(begunAfter: noon - 60, begunBy: noon, notEndedBefore: noon)) == [0, 0])
        let end = noon + 86_400
        #expect(try await counts(FilterSpan(begunAfter: nil, begunBy: noon, notEndedBefore: end)) == [4, 1])
        #expect(try await counts(FilterSpan(begunAfter: nil, begunBy: noon, notEndedBefore: end + 1)) == [0, 0])
    }
}
