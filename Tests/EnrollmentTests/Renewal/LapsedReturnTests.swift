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

@Suite("A certificate that has ended lets its holder come back, for a while, with the same key")
struct LapsedReturnTests {
    private func comeBack(
        _ holder: Holder, to house: RenewalHouse, nonce: [UInt8]? = nil, with key: SigningKey? = nil,
        request: CertificateRequest? = nil, signing: CertificateRequest? = nil
    ) async throws -> RenewedCertificate {
        let request = try request ?? holder.request()
        let nonce = if let nonce { nonce } else { await house.desk.nonce() }
        let signature = try LapsedStatement.sign(
            certificate: holder.certificate, request: signing ?? request, nonce: nonce, with: key ?? holder.key)
        return try await house.desk.bringBack(
            holder.certificate, request, nonce: nonce, signature: signature, from: "192.0.2.1")
    }

    @Test("within the days that the policy says, for a new key; the record tells")
    func back() async throws {
        let house = try await RenewalHouse(policy: RenewalPolicy(lapsed: .seconds(1000)))
        let held = try await house.issue("laptop", life: .seconds(100))
        house.clock.advance(by: 100 + 1000)
        let renewed = try await comeBack(held, to: house)
        #expect(renewed.issued.identity.description == "spiffe://example.internal/laptop")
        #expect(renewed.issued.certificate.notAfter == house.clock.now + 100)
        let entry = try #require(try house.lastAudit())
        #expect(entry.kind == .identityReturned)
        #expect(
            entry.actor
                == "spiffe://example.internal/laptop (lapsed certificate \(held.certificate.serialNumber), from 192.0.2.1)"
        )
        #expect(entry.details["lapsed"] == held.certificate.serialNumber.description)
    }

    @Test("not a second later, and not at all where the policy gives no time")
    func tooLate() async throws {
        for (allowed, late) in [(Duration.seconds(1000), 1101.0), (.zero, 101)] {
            let house = try await RenewalHouse(policy: RenewalPolicy(lapsed: allowed))
            let held = try await house.issue("laptop", life: .seconds(100))
            house.clock.advance(by: late)
            await #expect(throws: RenewalRefusal.lapsedTooLong(notAfter: held.certificate.notAfter, allowed: allowed)) {
                try await comeBack(held, to: house)
            }
        }
    }

    @Test("not while it lives: then a connection proves it")
    func alive() async throws {
        let house = try await RenewalHouse()
        let held = try await house.issue("laptop", life: .seconds(100))
        house.clock.advance(by: 100)
        await #expect(throws: RenewalRefusal.notLapsed(notAfter: held.certificate.notAfter)) {
            try await comeBack(held, to: house)
        }
        house.clock.advance(by: 1)
        _ = try await comeBack(held, to: house)
    }

    @Test("but for servers' certificates, which no handshake takes for a client's: they come this way all their life")
    func serversOnly() async throws {
        let house = try await RenewalHouse(policy: RenewalPolicy(lapsed: .zero))
        let held = try await house.issue("web", .service, life: .seconds(100))
        house.clock.advance(by: 50)
        let renewed = try await comeBack(held, to: house)
        #expect(renewed.issued.certificate.extensions.extendedKeyUsage == held.certificate.extensions.extendedKeyUsage)
        house.clock.advance(by: 51)
        await #expect(
            throws: RenewalRefusal.lapsedTooLong(notAfter: held.certificate.notAfter, allowed: .zero)
        ) { try await comeBack(held, to: house, request: held.request(for: TestKeys.key("third"))) }
        #expect(try house.lastAudit()?.kind == .renewalRefused)
    }

    @Test("never when it was revoked, before or after its end")
    func revoked() async throws {
        for end in [false, true] {
            let house = try await RenewalHouse()
            let held = try await house.issue("laptop", life: .seconds(100))
            if end { house.clock.advance(by: 200) }
            _ = try await house.authority.revoke(held.certificate.serialNumber, reason: .superseded, actor: "operator")
            if !end { house.clock.advance(by: 200) }
            await #expect(throws: RenewalRefusal.revoked(held.certificate.serialNumber)) {
                try await comeBack(held, to: house)
            }
        }
    }

    @Test("a certificate is public: without its key it is worth nothing, and nothing is written down")
    func otherKey() async throws {
        let house = try await RenewalHouse()
        let held = try await house.issue("laptop", life: .seconds(100))
        house.clock.advance(by: 200)
        let before = house.store.snapshot.audit.count
        await #expect(throws: RenewalRefusal.signature) {
            try await comeBack(held, to: house, with: TestKeys.key("a thief's"))
        }
        // Signed for another request: what was signed cannot be carried over to a thief's key.
        await #expect(throws: RenewalRefusal.signature) {
            try await comeBack(
                held, to: house, request: held.request(for: TestKeys.key("a thief's")), signing: held.request())
        }
        #expect(house.store.snapshot.audit.count == before)
        _ = try await comeBack(held, to: house)
    }

    @Test("a nonce is good once, for minutes, at the desk that gave it")
    func nonces() async throws {
        let (house, other) = (try await RenewalHouse(), try await RenewalHouse())
        let held = try await house.issue("laptop", life: .seconds(100))
        house.clock.advance(by: 200)
        let nonce = await house.desk.nonce()
        _ = try await comeBack(held, to: house, nonce: nonce)
        await #expect(throws: RenewalRefusal.nonce) {
            try await comeBack(held, to: house, nonce: nonce, request: held.request(for: TestKeys.key("third")))
        }
        let late = await house.desk.nonce()
        house.clock.advance(by: 301)
        await #expect(throws: RenewalRefusal.nonce) { try await comeBack(held, to: house, nonce: late) }
        let foreign = await other.desk.nonce()
        await #expect(throws: RenewalRefusal.nonce) { try await comeBack(held, to: house, nonce: foreign) }
        var spoiled = await house.desk.nonce()
        spoiled[20] ^= 1
        await #expect(throws: RenewalRefusal.nonce) { try await comeBack(held, to: house, nonce: spoiled) }
        await #expect(throws: RenewalRefusal.nonce) { try await comeBack(held, to: house, nonce: []) }
        let fresh = await house.desk.nonce()
        house.clock.advance(by: 300)
        _ = try await comeBack(held, to: house, nonce: fresh)
    }

    @Test("all that holds of a renewal holds of a return: the same names, a new key")
    func checked() async throws {
        let house = try await RenewalHouse()
        let (held, other) = (
            try await house.issue("laptop", life: .seconds(100)), try await house.issue("other", life: .seconds(100))
        )
        house.clock.advance(by: 200)
        await #expect(throws: RenewalRefusal.sameKey) {
            try await comeBack(held, to: house, request: held.request(for: held.key))
        }
        await #expect(
            throws: RenewalRefusal.otherSubject(
                asked: other.certificate.subject.description, held: held.certificate.subject.description)
        ) { try await comeBack(held, to: house, request: other.request()) }
        _ = try await comeBack(held, to: house)
    }
}
