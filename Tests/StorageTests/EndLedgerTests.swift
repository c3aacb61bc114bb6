import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonRevocation
import Testing

@testable import SymbolonStorage

extension StoreFixture {
    fileprivate func issue(_ number: UInt32) async throws {
        try await store.record(intent(number), audit: audit())
        try await store.complete(Self.serial(number), certificate: [1], at: noon, audit: audit())
    }

    fileprivate func revoke(_ number: UInt32, reason: RevocationReason = .superseded) async throws {
        _ = try await store.revoke([order(number, reason)])
    }

    fileprivate func release(_ number: UInt32) async throws {
        _ = try await store.release([
            ReleaseOrder(serialNumber: Self.serial(number), at: noon, audit: audit(.certificateReleased))
        ])
    }

    fileprivate func identifier(_ number: UInt32) throws -> CertificateIdentifier {
        CertificateIdentifier(issuerKey: issuer, serialNumber: try Self.serial(number))
    }
}

@Suite("Who has heard what, on either engine")
struct EndLedgerTests {
    private let one = EndID.random()
    private let other = EndID.random()

    private func said(
        _ end: EndID, _ confirmed: UInt64, at time: Date = noon, identity: String = "spiffe://example.internal/web",
        name: String = "web", live: Int = 0, connections: [String: Int] = [:], certificate: SerialNumber? = nil
    ) -> EndConfirmation {
        EndConfirmation(
            EndStanding(
                end: end, identity: identity, certificate: certificate, kind: .ends, name: name, promise: 90,
                confirmed: confirmed,
                confirmedAt: time, heardAt: time, live: live), connections: connections)
    }

    /// A store whose change counter is 2.
    private func changed(_ kind: StoreKind) async throws -> StoreFixture {
        let fixture = try await StoreFixture.make(kind)
        for number: UInt32 in 1...2 {
            try await fixture.issue(number)
            try await fixture.revoke(number)
        }
        #expect(try await fixture.store.changeCounter() == 2)
        return fixture
    }

    @Test(
        "what was said is there as it was; said again, it is the newer, and the time of the first stays",
        arguments: StoreKind.allCases)
    func noted(_ kind: StoreKind) async throws {
        let store = try await changed(kind).store
        try await store.note([said(one, 1, live: 3), said(other, 2, name: "api")])
        #expect(
            try await store.endStandings() == [said(other, 2, name: "api").standing, said(one, 1, live: 3).standing])
        try await store.note([said(one, 1, at: noon + 30)])
        let again = try #require(try await store.endStandings().last)
        #expect(again.confirmedAt == noon && again.heardAt == noon + 30 && again.live == 0)
        // Heard by a slower node, and earlier.
        try await store.note([said(one, 0, at: noon + 10)])
        #expect(try await store.endStandings().last == again)
        try await store.note([said(one, 2, at: noon + 40)])
        #expect(try await store.endStandings().last?.confirmedAt == noon + 40)
    }

    @Test(
        "who has not confirmed a version is told while it lives, and not when it has; silent ends are not waited for",
        arguments: StoreKind.allCases)
    func behind(_ kind: StoreKind) async throws {
        let store = try await changed(kind).store
        try await store.note([said(one, 1), said(other, 2)])
        #expect(try await store.ends(behind: 2, at: noon + 90).map(\.end) == [one])
        #expect(try await store.ends(behind: 1, at: noon) == [])
        #expect(try await store.ends(behind: 2, at: noon + 91) == [])
        #expect(try await store.liveEndCount(at: noon + 90) == 2)
        #expect(try await store.liveEndCount(at: noon + 91) == 0)
        try await store.note([said(one, 2, at: noon + 1)])
        #expect(try await store.ends(behind: 2, at: noon + 1) == [])
    }

    @Test(
        "an end that lies about a later version is refused by the schema, at once and later, and the truth is taken",
        arguments: StoreKind.allCases)
    func liar(_ kind: StoreKind) async throws {
        let store = try await changed(kind).store
        await #expect(throws: StoreFailure.self) { try await store.note([said(one, 3)]) }
        #expect(try await store.endStandings() == [])
        try await store.note([said(one, 2)])
        await #expect(throws: StoreFailure.self) { try await store.note([said(other, 2), said(one, 3, at: noon + 1)]) }
        #expect(try await store.endStandings() == [said(one, 2).standing])
    }

    @Test(
        "one that stopped is gone, and only by its own identity; one that fell silent long ago is forgotten",
        arguments: StoreKind.allCases)
    func forgotten(_ kind: StoreKind) async throws {
        let store = try await changed(kind).store
        try await store.note([said(one, 1), said(other, 1, at: noon + 60)])
        try await store.forget(one, of: "spiffe://example.internal/other")
        #expect(try await store.endStandings().count == 2)
        try await store.forgetEnds(silentSince: noon + 60)
        #expect(try await store.endStandings().map(\.end) == [other])
        try await store.forget(other, of: "spiffe://example.internal/web")
        #expect(try await store.endStandings() == [])
    }

    @Test("an end whose own certificate is revoked cannot speak: nobody waits for it", arguments: StoreKind.allCases)
    func ownCertificate(_ kind: StoreKind) async throws {
        let fixture = try await changed(kind)
        try await fixture.issue(7)
        let store = fixture.store
        try await store.note([
            said(one, 0, certificate: try StoreFixture.serial(1)),
            said(other, 0, certificate: try StoreFixture.serial(7)),
        ])
        #expect(try await store.ends(behind: 2, at: noon).map(\.end) == [other])
        #expect(try await store.liveEndCount(at: noon) == 1)
        #expect(try await store.endStandings().count == 2)
    }

    @Test(
        "one identity fills the ledger with 256 ends and no more, and those that fell silent make room",
        arguments: StoreKind.allCases)
    func bounded(_ kind: StoreKind) async throws {
        let store = try await changed(kind).store
        try await store.note((0..<256).map { said(EndID.random(), 1, name: "end \($0)") })
        await #expect(throws: StoreFailure.self) { try await store.note([said(one, 1, at: noon + 1)]) }
        try await store.note([said(one, 1, identity: "spiffe://example.internal/other")])
        let known = try #require(try await store.endStandings().first)
        try await store.note([said(known.end, 2, at: noon + 50)])
        #expect(try await store.endStandings().count == 257)
        try await store.note([said(one, 1, at: noon + 91)])
        #expect(try await store.ends(behind: 3, at: noon + 91).count == 2)
        #expect(try await store.endStandings().count == 3)
    }

    @Test("connections are counted over the ends that live", arguments: StoreKind.allCases)
    func connections(_ kind: StoreKind) async throws {
        let store = try await changed(kind).store
        try await store.note([
            said(one, 1, live: 5, connections: ["aa": 3, "bb": 2]),
            said(other, 1, at: noon + 60, live: 1, connections: ["aa": 1]),
        ])
        #expect(try await store.liveConnections(on: ["aa", "cc"], at: noon) == ["aa": 4])
        #expect(try await store.liveConnections(on: ["aa", "bb"], at: noon + 100) == ["aa": 1])
    }
}

@Suite("What changed since a value of the change counter, on either engine")
struct RevocationChangesTests {
    @Test(
        "each change is told once, raised and released ones as they are now; nil for what has never been",
        arguments: StoreKind.allCases)
    func changes(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        for number: UInt32 in 1...4 { try await fixture.issue(number) }
        try await fixture.revoke(1)
        try await fixture.revoke(2, reason: .certificateHold)
        let store = fixture.store
        let first = try #require(try await store.revocationChanges(since: 0, atMost: 10))
        #expect(first.changeCounter == 2 && first.revoked.count == 2 && first.released.isEmpty)
        try await fixture.release(2)
        try await fixture.revoke(3)
        let second = try #require(try await store.revocationChanges(since: 2, atMost: 10))
        #expect(second.since == 2 && second.changeCounter == 4)
        let (two, three) = (try fixture.identifier(2), try fixture.identifier(3))
        #expect(Set(second.revoked.keys) == [three] && second.released == [two])
        #expect(
            try await store.revocationChanges(since: 4, atMost: 0)
                == RevocationChanges(since: 4, changeCounter: 4, revoked: [:], released: []))
        #expect(try await store.revocationChanges(since: 5, atMost: 10) == nil)
        #expect(try await store.revocationChanges(since: 0, atMost: 2) == nil)
        // The whole, by its changes.
        var kept = RevokedSet()
        var digest = RevocationDigest()
        for change in [first, second] {
            digest.follow(change, in: kept)
            kept.apply(change)
        }
        let whole = RevokedSet(try await store.revocations().revoked)
        #expect(kept == whole && digest == RevocationDigest(of: whole))
    }
}
