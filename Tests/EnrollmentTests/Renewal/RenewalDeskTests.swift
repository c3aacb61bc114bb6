import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@Suite("A renewal is the certificate that was proved, once more, for a new key")
struct RenewalDeskTests {
    private func fails(
        _ expected: RenewalRefusal, _ house: RenewalHouse, sourceLocation: SourceLocation = #_sourceLocation,
        _ work: () async throws -> RenewedCertificate
    ) async throws {
        let before = house.store.snapshot.records.count
        await #expect(throws: expected, sourceLocation: sourceLocation) { try await work() }
        #expect(house.store.snapshot.records.count == before, sourceLocation: sourceLocation)
    }

    @Test("E14: the same subject, names, profile and life come back for a new key, at any time of the life")
    func renewed() async throws {
        let house = try await RenewalHouse()
        let names: [SubjectName] = [.dns(try DNSPattern("web.example.internal")), .ip(try IPAddress("10.0.0.1"))]
        let held = try await house.issue("web", .workload, names: names, life: .seconds(7200))
        house.clock.advance(by: 3000)
        let renewed = try await house.desk.renew(held.request(), provedBy: house.proof(held), actor: "holder")
        let certificate = renewed.issued.certificate
        #expect(certificate.subject == held.certificate.subject)
        #expect(certificate.extensions.subjectAlternativeNames == held.certificate.extensions.subjectAlternativeNames)
        #expect(certificate.extensions.extendedKeyUsage == held.certificate.extensions.extendedKeyUsage)
        #expect(certificate.publicKey == TestKeys.key("renewed").publicKey)
        #expect(certificate.notAfter == noon + 3000 + 7200)
        #expect(renewed.replaced == held.certificate.serialNumber)
        let entry = try #require(try house.lastAudit())
        #expect(entry.kind == .certificateIssued)
        #expect(entry.actor == "holder")
        // The one before goes on until its end.
        _ = try await house.proof(held)
    }

    @Test("E14: other names, fewer names or another subject than the certificate's are refused")
    func otherNames() async throws {
        let house = try await RenewalHouse()
        let web = SubjectName.dns(try DNSPattern("web.example.internal"))
        let held = try await house.issue("web", .workload, names: [web])
        let proof = try await house.proof(held)
        let names = try held.names
        let more = names + [.dns(try DNSPattern("www.example.internal"))]
        let asked: [[SubjectName]] = [
            more, [names[0]], [], [.spiffe(try SPIFFEID("spiffe://example.internal/db")), web],
        ]
        for asked in asked {
            let request = try CertificateRequest.make(
                subject: held.certificate.subject, names: asked, key: TestKeys.key("renewed"))
            try await fails(
                .otherNames(asked: asked.map(\.description), held: names.map(\.description)), house
            ) { try await house.desk.renew(request, provedBy: proof, actor: "holder") }
        }
        for subject in [DistinguishedName.empty, try DistinguishedName(commonName: "db", organization: "x")] {
            let request = try CertificateRequest.make(subject: subject, names: names, key: TestKeys.key("renewed"))
            try await fails(
                .otherSubject(asked: subject.description, held: held.certificate.subject.description), house
            ) { try await house.desk.renew(request, provedBy: proof, actor: "holder") }
        }
        // Its own names in another order are the same names.
        let turned = try CertificateRequest.make(
            subject: held.certificate.subject, names: names.reversed(), key: TestKeys.key("renewed"))
        _ = try await house.desk.renew(turned, provedBy: proof, actor: "holder")
    }

    @Test("E14: a request that does not prove its key, or asks for an authority's certificate, is refused")
    func badRequests() async throws {
        let house = try await RenewalHouse()
        let held = try await house.issue("laptop")
        let proof = try await house.proof(held)
        let good = try held.request()
        var spoiled = good.der
        spoiled[spoiled.count - 1] ^= 1
        let unsigned = try CertificateRequest(der: spoiled)
        try await fails(.request(.certificate(.possessionNotProved)), house) {
            try await house.desk.renew(unsigned, provedBy: proof, actor: "holder")
        }
        _ = try await house.desk.renew(good, provedBy: proof, actor: "holder")
    }

    @Test("E19: what A proves renews A only: never B, which is as valid")
    func anotherCertificate() async throws {
        let house = try await RenewalHouse()
        let (a, b) = (try await house.issue("a"), try await house.issue("b"))
        let proof = try await house.proof(a)
        try await fails(
            .otherSubject(asked: b.certificate.subject.description, held: a.certificate.subject.description), house
        ) { try await house.desk.renew(b.request(), provedBy: proof, actor: "holder") }
        let posing = try CertificateRequest.make(
            subject: a.certificate.subject, names: b.names, key: TestKeys.key("renewed"))
        try await fails(
            .otherNames(asked: try b.names.map(\.description), held: try a.names.map(\.description)), house
        ) { try await house.desk.renew(posing, provedBy: proof, actor: "holder") }
        let renewed = try await house.desk.renew(a.request(), provedBy: proof, actor: "holder")
        #expect(renewed.issued.identity.description == "spiffe://example.internal/a")
    }

    @Test("what was proved by a challenge is renewed by another, while it lives and after")
    func provedByChallenge() async throws {
        let house = try await RenewalHouse()
        for (name, beside, shown) in [
            ("host/www.example.internal", "dns:www.example.internal", "www.example.internal"),
            ("address/127.0.0.1", "ip:127.0.0.1", "127.0.0.1"), ("address/fd00--1", "ip:fd00::1", "fd00::1"),
        ] {
            let held = try await house.issue(name, .workload, names: [SubjectName(beside)], life: .seconds(100))
            // Some clients take a common name for a name to renew.
            #expect(held.certificate.subject.texts(of: .commonName) == [shown])
            let identity = "spiffe://example.internal/\(name)"
            let proof = try await house.proof(held)
            try await fails(.proved(identity), house) {
                try await house.desk.renew(held.request(), provedBy: proof, actor: "holder")
            }
        }
        // The honest twin: the same names beside an identity that an operator gave.
        let given = try await house.issue("www", .workload, names: [SubjectName("dns:www.example.internal")])
        _ = try await house.desk.renew(given.request(), provedBy: house.proof(given), actor: "holder")
    }

    @Test("a renewed key is a new key")
    func sameKey() async throws {
        let house = try await RenewalHouse()
        let held = try await house.issue("laptop")
        let proof = try await house.proof(held)
        try await fails(.sameKey, house) {
            try await house.desk.renew(held.request(for: held.key), provedBy: proof, actor: "holder")
        }
        _ = try await house.desk.renew(held.request(), provedBy: proof, actor: "holder")
    }

    @Test("E14: what was revoked or has ended renews nothing, also over a connection that was proved before")
    func revokedOrEnded() async throws {
        let house = try await RenewalHouse()
        let (held, other) = (try await house.issue("laptop"), try await house.issue("other", life: .seconds(100)))
        let (proof, otherProof) = (try await house.proof(held), try await house.proof(other))
        _ = try await house.authority.revoke(held.certificate.serialNumber, reason: .superseded, actor: "operator")
        try await fails(.revoked(held.certificate.serialNumber), house) {
            try await house.desk.renew(held.request(), provedBy: proof, actor: "holder")
        }
        house.clock.advance(by: 100)
        _ = try await house.desk.renew(other.request(), provedBy: otherProof, actor: "holder")
        house.clock.advance(by: 1)
        try await fails(.expired(notAfter: other.certificate.notAfter), house) {
            try await house.desk.renew(other.request(for: TestKeys.key("third")), provedBy: otherProof, actor: "holder")
        }
    }

    @Test("a certificate that another authority issued under the same number and name is not ours to renew")
    func foreign() async throws {
        let (house, twin) = (try await RenewalHouse(), try await RenewalHouse())
        let (held, strange) = (try await house.issue("laptop"), try await twin.issue("laptop"))
        let proof = try await twin.proof(strange)
        try await fails(.notOurs(strange.certificate.serialNumber), house) {
            try await house.desk.renew(strange.request(), provedBy: proof, actor: "holder")
        }
        _ = try await house.desk.renew(held.request(), provedBy: try await house.proof(held), actor: "holder")
    }

    @Test("a person's certificate ends with the working day")
    func profiles() async throws {
        let house = try await RenewalHouse()
        let person = try await house.issue("alice", .person)
        let proof = try await house.proof(person)
        try await fails(.profile("person"), house) {
            try await house.desk.renew(person.request(), provedBy: proof, actor: "holder")
        }
        let permissive = RenewalDesk(
            house.authority, store: house.store, policy: RenewalPolicy(profiles: [.person]),
            clock: { [clock = house.clock] in clock.now })
        _ = try await permissive.renew(person.request(), provedBy: proof, actor: "holder")
    }

    @Test("what becomes of the old certificate while the new one is made becomes of both")
    func revokedMeanwhile() async throws {
        let house = try await RenewalHouse()
        let held = try await house.issue("laptop")
        let proof = try await house.proof(held)
        // The clock is read after the check: there the operator strikes.
        let strike = RevokingClock(house, held.certificate.serialNumber)
        let desk = RenewalDesk(house.authority, store: house.store, clock: { strike.now() })
        await #expect(throws: RenewalRefusal.revoked(held.certificate.serialNumber)) {
            try await desk.renew(held.request(), provedBy: proof, actor: "holder")
        }
        let live = house.store.snapshot.records.values.filter { if case .issued = $0.state { true } else { false } }
        #expect(live.isEmpty)
        #expect(house.store.snapshot.records.count == 2)
    }

    @Test("near the end of the authority a renewal is shorter, and not refused")
    func issuerEnds() async throws {
        let configuration = try AuthorityConfiguration(
            trustDomain: TrustDomain("example.internal"), issuingLife: .seconds(100_000))
        let house = try await RenewalHouse(configuration: configuration)
        let held = try await house.issue("laptop")
        house.clock.advance(by: 50_000)
        let renewed = try await house.desk.renew(held.request(), provedBy: house.proof(held), actor: "holder")
        #expect(renewed.issued.certificate.notAfter == house.authority.issuing.notAfter)
    }

    @Test("the rest are told when to come again, and refusals take nobody's place")
    func admission() async throws {
        let house = try await RenewalHouse(policy: RenewalPolicy(rate: 1))
        let (one, two) = (try await house.issue("one"), try await house.issue("two"))
        // What had gathered while nobody came.
        for index in 0..<3 {
            let other = try await house.issue("other\(index)")
            _ = try await house.desk.renew(other.request(), provedBy: house.proof(other), actor: "holder")
        }
        let (proofOne, proofTwo) = (try await house.proof(one), try await house.proof(two))
        await #expect(throws: RenewalRefusal.sameKey) {
            try await house.desk.renew(one.request(for: one.key), provedBy: proofOne, actor: "holder")
        }
        _ = try await house.desk.renew(one.request(), provedBy: proofOne, actor: "holder")
        await #expect(throws: RenewalRefusal.notYet(retryAfter: 1)) {
            try await house.desk.renew(two.request(), provedBy: proofTwo, actor: "holder")
        }
        house.clock.advance(by: 1)
        _ = try await house.desk.renew(two.request(), provedBy: proofTwo, actor: "holder")
        #expect(await house.desk.counters == RenewalCounters(renewed: 5, refused: 1, deferred: 1))
    }

    @Test("C10: what was issued before a moment that the operator names is to be renewed now, and only that")
    func massReplacement() async throws {
        let house = try await RenewalHouse()
        let before = try await house.issue("before")
        house.clock.advance(by: 60)
        let after = try await house.issue("after")
        let desk = RenewalDesk(
            house.authority, store: house.store, policy: RenewalPolicy(replaceIssuedBefore: noon + 30),
            clock: { [clock = house.clock] in clock.now })
        let past = try #require(try await desk.window(of: before.certificate.serialNumber))
        #expect(past.end <= house.clock.now)
        let usual = try #require(try await desk.window(of: after.certificate.serialNumber))
        #expect(usual == CertificateLife(of: after.certificate).suggestedWindow)
        #expect(try await house.desk.window(of: before.certificate.serialNumber)?.start ?? noon > house.clock.now)
        // RFC 9773 §4.1: revoked, it is to be replaced as well.
        _ = try await house.authority.revoke(after.certificate.serialNumber, reason: .superseded, actor: "operator")
        #expect(try await desk.window(of: after.certificate.serialNumber)?.end ?? .distantFuture <= house.clock.now)
        #expect(try await desk.window(of: SerialNumber(magnitude: [0x42])) == nil)
    }
}

/// A clock whose second reading finds a certificate revoked.
private final class RevokingClock: Sendable {
    private let house: RenewalHouse
    private let serialNumber: SerialNumber

    init(_ house: RenewalHouse, _ serialNumber: SerialNumber) {
        self.house = house
        self.serialNumber = serialNumber
    }

    func now() -> Date {
        if let record = house.store.snapshot.records[serialNumber] {
            house.store.set(
                .revoked(Revocation(.keyCompromise, since: house.clock.now), certificate: record.certificate),
                of: serialNumber)
        }
        return house.clock.now
    }
}
