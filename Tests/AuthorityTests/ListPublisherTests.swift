import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@testable import SymbolonAuthority

/// A house whose lists are published, and what a verifier who holds them knows.
struct PublishingHouse {
    let house: House
    let publisher: ListPublisher
    init(isSharded: Bool = true, schedule: ListSchedule = ListSchedule()) async throws {
        house = try await House()
        if isSharded {
            _ = try await house.authority.publish(at: PublicationAddress("http://pki.example"), actor: "operator")
        }
        publisher = ListPublisher(house.authority, store: house.store, schedule: schedule)
    }

    var lists: [InMemoryStore.ListKey: PublishedList] { house.store.snapshot.lists }

    func list(_ scope: ListScope, _ kind: ListStanding.Kind = .complete) throws -> CertificateList {
        let key = InMemoryStore.ListKey(
            issuer: house.authority.issuer.publicKey.fingerprint, scope: scope, kind: kind)
        return try CertificateList(der: try #require(lists[key]).der)
    }

    /// By the lists of everything alone, at the house's time: the certificates name no shard yet.
    func status(of issued: IssuedCertificate, by kinds: [ListStanding.Kind]) throws -> RevocationStatus {
        RevocationSources(lists: try kinds.map { try list(.whole, $0) }).status(
            of: issued.certificate, under: IssuerPath(authorities: [house.authority.issuing, house.authority.root]),
            at: house.clock.now)
    }

    func isOn(_ list: CertificateList, _ issued: IssuedCertificate) -> Bool {
        list.revocation(of: issued.serialNumber, from: house.authority.issuing.subject) != nil
    }
}

@Suite("Lists are made, checked and published before anybody lacks them")
struct ListPublisherTests {
    private let both: [ListStanding.Kind] = [.complete, .delta]

    @Test("at first a complete list of each scope, then a delta to each, and then nothing until something is due")
    func first() async throws {
        let one = try await PublishingHouse()
        #expect(try await one.publisher.publishWhatIsDue().map(\.kind) == Array(repeating: .complete, count: 65))
        #expect(try await one.publisher.publishWhatIsDue().map(\.kind) == Array(repeating: .delta, count: 65))
        #expect(try await one.publisher.publishWhatIsDue().isEmpty)
        #expect(Set(one.lists.keys.map(\.scope)) == Set(ListScope.all))
        for (key, list) in one.lists {
            let parsed = try CertificateList(der: list.der)
            #expect(parsed.defect == nil)
            #expect(parsed.isSigned(by: one.house.authority.issuer.publicKey))
            #expect((parsed.baseNumber != nil) == (key.kind == .delta))
        }
        // All of a moment with one line in the record.
        #expect(try one.house.auditKinds.filter { $0 == .listsPublished }.count == 2)
        guard case .intact = one.house.verdict() else {
            Issue.record("\(one.house.verdict())")
            return
        }
    }

    @Test("where no address is published there is one list of all, and a delta to it")
    func unsharded() async throws {
        let one = try await PublishingHouse(isSharded: false)
        for _ in 0..<3 { _ = try await one.publisher.publishWhatIsDue() }
        #expect(Set(one.lists.keys.map(\.scope)) == [.whole])
        #expect(one.lists.count == 2)
    }

    @Test("good, revoked, held, released and expired: a verifier with the lists says what the authority says")
    func verdicts() async throws {
        let one = try await PublishingHouse()
        let (house, publisher) = (one.house, one.publisher)
        let good = try await house.authority.issue(.example(name: "good"))
        let revoked = try await house.authority.issue(.example(name: "revoked"))
        let held = try await house.authority.issue(.example(name: "held"))
        for _ in 0..<2 { _ = try await publisher.publishWhatIsDue() }
        let before = try one.list(.whole)
        house.clock.advance(by: 60)
        _ = try await house.authority.revoke(revoked.serialNumber, reason: .keyCompromise, actor: "operator")
        _ = try await house.authority.revoke(held.serialNumber, reason: .certificateHold, actor: "operator")
        let made = try await publisher.publishWhatIsDue()
        #expect(
            Set(made.map(\.scope)) == [.whole, .shard(of: revoked.serialNumber), .shard(of: held.serialNumber)])
        for kinds in [both, [.complete]] {
            #expect(try one.status(of: revoked, by: kinds) == .revoked(.keyCompromise, since: noon + 60))
            #expect(try one.status(of: held, by: kinds) == .revoked(.certificateHold, since: noon + 60))
            guard case .good = try one.status(of: good, by: kinds) else {
                Issue.record("\(kinds)")
                continue
            }
        }
        #expect(one.isOn(try one.list(.shard(of: revoked.serialNumber)), revoked))
        // RFC 5280 §5.2.4: who holds the list from before and the delta of now knows as much.
        let caughtUp = RevocationSources(lists: [before, try one.list(.whole, .delta)])
        let path = IssuerPath(authorities: [house.authority.issuing, house.authority.root])
        #expect(
            caughtUp.status(of: revoked.certificate, under: path, at: house.clock.now)
                == .revoked(.keyCompromise, since: noon + 60))

        let withHold = try one.list(.whole)
        house.clock.advance(by: 60)
        try await house.authority.release(held.serialNumber, actor: "operator")
        _ = try await publisher.publishWhatIsDue()
        let next = RevocationSources(lists: [withHold, try one.list(.whole, .delta)])
        guard case .good = next.status(of: held.certificate, under: path, at: house.clock.now),
            case .good = try one.status(of: held, by: [.complete])
        else {
            Issue.record("the hold was lifted")
            return
        }
    }

    @Test("§5.2.3, §5.2.4: numbers only go up, and a complete list and its delta made together share theirs")
    func numbers() async throws {
        let one = try await PublishingHouse(isSharded: false)
        var last: Int64 = 0
        for _ in 0..<5 {
            let issued = try await one.house.authority.issue(.example())
            _ = try await one.house.authority.revoke(issued.serialNumber, reason: .superseded, actor: "operator")
            let made = try await one.publisher.publishWhatIsDue()
            #expect(Set(made.map(\.number)).count == 1)
            #expect(made.allSatisfy { $0.number > last })
            last = made.map(\.number).max() ?? last
        }
        #expect(last > Int64(noon.timeIntervalSince1970))
    }

    @Test("what did not change is made anew long before it ends: deltas every hour, complete lists every six")
    func onTime() async throws {
        let one = try await PublishingHouse(isSharded: false)
        let schedule = ListSchedule()
        for _ in 0..<2 { _ = try await one.publisher.publishWhatIsDue() }
        var made: [ListStanding.Kind: Int] = [:]
        for _ in 0..<48 {
            one.house.clock.advance(by: 0.5 * .hour)
            for list in try await one.publisher.publishWhatIsDue() { made[list.kind, default: 0] += 1 }
            for list in one.lists.values {
                #expect(!schedule.isLate(list.standing, at: one.house.clock.now))
                #expect(list.standing.nextUpdate > one.house.clock.now + 4 * .hour)
            }
        }
        #expect(made == [.complete: 4, .delta: 24])
    }

    @Test("an authority that is away: the lists hold for a whole interval more, and are late before they lapse")
    func late() async throws {
        let one = try await PublishingHouse(isSharded: false)
        for _ in 0..<2 { _ = try await one.publisher.publishWhatIsDue() }
        let schedule = ListSchedule()
        let complete = try #require(one.lists.values.first { $0.standing.kind == .complete }?.standing)
        #expect(!schedule.isLate(complete, at: noon + 12 * .hour))
        #expect(schedule.isLate(complete, at: noon + 15 * .hour))
        #expect(complete.nextUpdate == noon + 24 * .hour)
    }

    @Test("R13: what was revoked stays on the list until one that was made after it ended has itself ended")
    func kept() async throws {
        let one = try await PublishingHouse(isSharded: false)
        let issued = try await one.house.authority.issue(.example(life: .hours(2)))
        _ = try await one.house.authority.revoke(issued.serialNumber, reason: .superseded, actor: "operator")
        var last: Date?
        var madeAfterTheEnd = 0
        for _ in 0..<100 {
            _ = try await one.publisher.publishWhatIsDue()
            let list = try one.list(.whole)
            if one.isOn(list, issued) {
                last = one.house.clock.now
                if list.thisUpdate > issued.certificate.notAfter { madeAfterTheEnd += 1 }
                #expect(try one.status(of: issued, by: [.complete]) == .revoked(.superseded, since: noon))
            }
            one.house.clock.advance(by: 0.5 * .hour)
        }
        #expect(madeAfterTheEnd > 0)
        // The honest twin: it does not stay for ever.
        let gone = try #require(last)
        #expect(gone > noon + 26 * .hour && gone < noon + 40 * .hour)
    }

    @Test("R13: revoked after its end, it is still on one list")
    func revokedAfterItsEnd() async throws {
        let one = try await PublishingHouse(isSharded: false)
        let issued = try await one.house.authority.issue(.example(life: .hours(1)))
        for _ in 0..<2 { _ = try await one.publisher.publishWhatIsDue() }
        one.house.clock.advance(by: 60 * .hour)
        _ = try await one.publisher.publishWhatIsDue()
        _ = try await one.house.authority.revoke(issued.serialNumber, reason: .superseded, actor: "operator")
        _ = try await one.publisher.publishWhatIsDue()
        #expect(one.isOn(try one.list(.whole), issued))
    }

    @Test("R13: a store that fails while lists are published keeps the last ones whole, and the next try publishes")
    func failing() async throws {
        let one = try await PublishingHouse(isSharded: false)
        let issued = try await one.house.authority.issue(.example())
        for _ in 0..<2 { _ = try await one.publisher.publishWhatIsDue() }
        _ = try await one.house.authority.revoke(issued.serialNumber, reason: .superseded, actor: "operator")
        let before = one.lists
        one.house.store.fail(.publish, with: .full("disk full"))
        await #expect(throws: ListPublicationFailure.store(.full("disk full"))) {
            try await one.publisher.publishWhatIsDue()
        }
        #expect(one.lists == before)
        one.house.store.mend()
        _ = try await one.publisher.publishWhatIsDue()
        #expect(one.isOn(try one.list(.whole), issued))
    }

    @Test("R17: a clock that went back publishes nothing; set right, it goes on")
    func clockBack() async throws {
        let one = try await PublishingHouse(isSharded: false)
        for _ in 0..<2 { _ = try await one.publisher.publishWhatIsDue() }
        one.house.clock.advance(by: -2 * 24 * .hour)
        await #expect(
            throws: ListPublicationFailure.clockBeforeLast(now: noon - 48 * .hour, last: noon)
        ) { try await one.publisher.publishWhatIsDue() }
        one.house.clock.advance(by: 2 * 24 * .hour + 7 * .hour)
        #expect(try await one.publisher.publishWhatIsDue().count == 2)
        // A second behind another node is no fault, and nothing older is published.
        one.house.clock.advance(by: -1)
        #expect(try await one.publisher.publishWhatIsDue().isEmpty)
    }

    @Test("of two nodes that publish the same, one does")
    func twoNodes() async throws {
        let one = try await PublishingHouse(isSharded: false)
        let other = ListPublisher(one.house.authority, store: one.house.store)
        let issued = try await one.house.authority.issue(.example())
        for _ in 0..<2 { _ = try await one.publisher.publishWhatIsDue() }
        _ = try await one.house.authority.revoke(issued.serialNumber, reason: .superseded, actor: "operator")
        async let first = one.publisher.publishWhatIsDue()
        async let second = other.publishWhatIsDue()
        let made = try await first + second
        #expect(made.count == 2)
        #expect(one.isOn(try one.list(.whole), issued))
    }

    @Test("a large complete list waits; its delta does not")
    func large() async throws {
        let one = try await PublishingHouse(
            isSharded: false, schedule: ListSchedule(large: 1, patience: .seconds(600)))
        var issued: [IssuedCertificate] = []
        for name in ["a", "b", "c"] { issued.append(try await one.house.authority.issue(.example(name: name))) }
        for certificate in issued.prefix(2) {
            _ = try await one.house.authority.revoke(certificate.serialNumber, reason: .superseded, actor: "operator")
        }
        for _ in 0..<2 { _ = try await one.publisher.publishWhatIsDue() }
        one.house.clock.advance(by: 60)
        _ = try await one.house.authority.revoke(issued[2].serialNumber, reason: .superseded, actor: "operator")
        #expect(try await one.publisher.publishWhatIsDue().map(\.kind) == [.delta])
        #expect(try one.status(of: issued[2], by: both) == .revoked(.superseded, since: noon + 60))
        #expect(try await one.publisher.publishWhatIsDue().isEmpty)
        one.house.clock.advance(by: 600)
        #expect(try await one.publisher.publishWhatIsDue().map(\.kind) == [.complete, .delta])
        #expect(one.isOn(try one.list(.whole), issued[2]))
    }
}

@Suite("A list is read back before it is published, and one thing wrong keeps it in the house")
struct ListLintTests {
    private func check(_ spoil: (inout ListTemplate, inout ListStanding?) -> Void) async throws {
        let house = try await House()
        let issuer = house.authority.issuer
        let expected = ListStanding(
            issuerKey: issuer.publicKey.fingerprint, scope: .whole, kind: .complete, number: 7, changeCounter: 3,
            thisUpdate: noon, nextUpdate: noon + 1 * .hour, count: 0,
            base: ListBase(number: 7, changeCounter: 3, thisUpdate: noon))
        var last: ListStanding?
        var template = ListTemplate(
            signatureAlgorithm: issuer.signatureAlgorithm, issuer: issuer.name,
            authorityKeyIdentifier: issuer.keyIdentifier, thisUpdate: noon, nextUpdate: noon + 1 * .hour,
            number: ListNumber(7))
        spoil(&template, &last)
        let list = try house.authority.signingIssuer.signList(template, listing: RevokedCertificates(expecting: 0))
        try ListLint(house.authority.signingIssuer).check(list, against: expected, after: last)
    }

    private static func last(number: Int64 = 6, counter: UInt64 = 3, at: Date = noon - 60) throws -> ListStanding {
        ListStanding(
            issuerKey: try KeyFingerprint([UInt8](repeating: 1, count: 32)), scope: .whole, kind: .complete,
            number: number, changeCounter: counter, thisUpdate: at, nextUpdate: at + 1 * .hour, count: 0,
            base: ListBase(number: number, changeCounter: counter, thisUpdate: at))
    }

    @Test("the good one passes")
    func good() async throws {
        try await check { _, last in last = try? Self.last() }
    }

    @Test("refused", arguments: 0..<9)
    func refused(_ index: Int) async throws {
        await #expect {
            try await check { template, last in
                switch index {
                case 0: template.number = ListNumber(8)
                case 1: template.baseNumber = ListNumber(6)
                case 2: template.thisUpdate = noon - 1
                case 3: template.nextUpdate = noon + 2 * .hour
                case 4: template.authorityKeyIdentifier = [1, 2, 3]
                case 5: template.issuer = (try? DistinguishedName(commonName: "another")) ?? template.issuer
                case 6: last = try? Self.last(number: 7)
                case 7: last = try? Self.last(counter: 4)
                default: last = try? Self.last(at: noon + 1)
                }
            }
        } throws: {
            if case ListPublicationFailure.lint(.whole, .complete, let findings) = $0 {
                findings.count == 1
            } else {
                false
            }
        }
    }
}

@Suite("The shard of a certificate is in its serial number")
struct ListScopeTests {
    @Test("every serial number has one shard, whose bounds it is within")
    func bounds() throws {
        for first in 1...0xFF as ClosedRange<UInt8> {
            let serialNumber = try SerialNumber(magnitude: [first, 1])
            let found = ListScope.all.dropFirst().filter { scope in
                let octets = scope.firstOctets
                return first >= octets.from ?? 0 && octets.below.map { first < $0 } ?? true
            }
            #expect(found == [ListScope.shard(of: serialNumber)])
        }
    }

    @Test("what is drawn here falls into all of them alike")
    func spread() throws {
        var source = SerialNumberSource(random: SeededRandom(seed: 7))
        var counts: [ListScope: Int] = [:]
        for _ in 0..<6400 { counts[.shard(of: try source.next()), default: 0] += 1 }
        #expect(counts.count == ListScope.shardCount)
        #expect(counts.values.allSatisfy { (50...160).contains($0) })
    }
}
