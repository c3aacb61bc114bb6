import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@testable import SymbolonAuthority

@Suite("Filters are made when they are due, asked about everything, and published")
struct FilterPublisherTests {
    private let house: House
    private let publisher: FilterPublisher

    init() async throws {
        house = try await House()
        publisher = FilterPublisher(house.authority, store: house.store)
    }

    private func publish() async throws -> FilterStanding.Kind? {
        try await publisher.publishWhatIsDue(changedAt: house.store.snapshot.changeCounter)?.kind
    }

    private func filters() throws -> [RevocationFilter] {
        try house.store.snapshot.filters.values.map { try RevocationFilter(der: $0.der) }
    }

    private func status(of issued: IssuedCertificate) throws -> RevocationStatus {
        RevocationSources(filters: try filters()).status(
            of: issued.certificate, under: IssuerPath(authorities: [house.authority.issuing, house.authority.root]),
            at: house.clock.now)
    }

    private func isGood(_ issued: IssuedCertificate) throws -> Bool {
        if case .good = try status(of: issued) { true } else { false }
    }

    private func isRevoked(_ issued: IssuedCertificate) throws -> Bool {
        if case .revoked = try status(of: issued) { true } else { false }
    }

    /// Until a certificate of now is one that a filter covers.
    private func settle() { house.clock.advance(by: 600) }

    @Test("a complete filter first; an update at each change and each hour; a complete one each day")
    func schedule() async throws {
        let issued = try await house.authority.issue(.example())
        settle()
        #expect(try await publish() == .complete)
        #expect(try await publish() == nil)
        #expect(try isGood(issued))
        _ = try await house.authority.revoke(issued.serialNumber, reason: .superseded, actor: "operator")
        house.clock.advance(by: 1)
        #expect(try await publish() == .update)
        #expect(try isRevoked(issued))
        #expect(try await publish() == nil)
        house.clock.advance(by: 3600)
        #expect(try await publish() == .update)
        #expect(try isRevoked(issued))
        house.clock.advance(by: 86_400)
        #expect(try await publish() == .complete)
        #expect(try house.auditKinds.filter { $0 == .filterPublished }.count == 4)
        guard case .intact = house.verdict() else {
            Issue.record("\(house.verdict())")
            return
        }
    }

    @Test("R16: good, revoked, held, released, and issued since: what a reader with both filters knows is what is so")
    func verdicts() async throws {
        let good = try await house.authority.issue(.example(name: "good"))
        let revoked = try await house.authority.issue(.example(name: "revoked"))
        let held = try await house.authority.issue(.example(name: "held"))
        settle()
        _ = try await house.authority.revoke(revoked.serialNumber, reason: .cessationOfOperation, actor: "operator")
        _ = try await house.authority.revoke(held.serialNumber, reason: .certificateHold, actor: "operator")
        #expect(try await publish() == .complete)
        #expect(try isGood(good) && isRevoked(revoked) && isRevoked(held))

        let later = try await house.authority.issue(.example(name: "later"))
        let lost = try await house.authority.issue(.example(name: "lost"))
        #expect(try status(of: later) == .unknown(.issuedAfterFilter(covers: filters()[0].covers)))
        try await house.authority.release(held.serialNumber, actor: "operator")
        _ = try await house.authority.revoke(lost.serialNumber, reason: .superseded, actor: "operator")
        house.clock.advance(by: 1)
        #expect(try await publish() == .update)
        #expect(try isGood(held) && isRevoked(revoked))
        // Too new to be sure that no other of its second is still on its way into the store.
        guard case .unknown(.issuedAfterFilter) = try status(of: later) else {
            Issue.record("\(try status(of: later))")
            return
        }
        house.clock.advance(by: 3600)
        #expect(try await publish() == .update)
        #expect(try isGood(good) && isGood(held) && isGood(later))
        #expect(try isRevoked(revoked) && isRevoked(lost))
    }

    @Test("what two nodes make at the same time is published once")
    func race() async throws {
        let other = FilterPublisher(house.authority, store: house.store)
        let counter = house.store.snapshot.changeCounter
        async let one = publisher.publishWhatIsDue(changedAt: counter)
        async let two = other.publishWhatIsDue(changedAt: counter)
        let made = try await [one, two].compactMap(\.self)
        #expect(made.count == 1)
        #expect(try house.auditKinds.filter { $0 == .filterPublished }.count == 1)
    }

    @Test("a clock that was put back makes no filter that is older than the last")
    func clock() async throws {
        _ = try await publish()
        house.clock.advance(by: -3600)
        await #expect(throws: FilterPublicationFailure.clockBeforeLast(now: noon - 3600, last: noon)) {
            _ = try await publish()
        }
    }

    @Test("an update that has grown to half of the whole is replaced by a complete filter")
    func growth() {
        func standing(_ kind: FilterStanding.Kind, size: Int, number: Int64 = 1) -> FilterStanding {
            FilterStanding(
                issuerKey: house.authority.issuer.publicKey.fingerprint, kind: kind, number: number, baseNumber: 1,
                changeCounter: 1,
                thisUpdate: noon, nextUpdate: noon + 86_400, covers: noon - 360, count: 10, size: size)
        }
        let schedule = FilterSchedule()
        let complete = standing(.complete, size: 10_000)
        #expect(schedule.due(complete, standing(.update, size: 6_000, number: 2), changedAt: 2, noon + 1) == .update)
        #expect(schedule.due(complete, standing(.update, size: 6_100, number: 2), changedAt: 1, noon + 1) == .complete)
    }
}
