import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@testable import SymbolonAuthority

@Suite("What is revoked stays revoked, with its first reason and date")
struct RevocationTests {
    private func status(of issued: IssuedCertificate, in house: House) async throws -> RevocationStatus {
        let key = house.creation.issuingKey.publicKey.fingerprint
        return try await RevocationMirror(house.store).current().snapshot(covering: [key], at: house.clock.now).status(
            of: CertificateIdentifier(issuerKey: key, serialNumber: issued.serialNumber))
    }

    @Test("by serial number: the status turns, the counter goes up, and the record has a line")
    func bySerial() async throws {
        let house = try await House()
        let issued = try await house.authority.issue(.example())
        let other = try await house.authority.issue(.example(name: "other"))
        #expect(try await status(of: issued, in: house) == .good(thisUpdate: noon, nextUpdate: nil))
        house.clock.advance(by: 5.7)
        let outcome = try await house.authority.revoke(issued.serialNumber, reason: .keyCompromise, actor: "operator")
        #expect(outcome == RevocationOutcome(revoked: [issued.serialNumber], alreadyRevoked: []))
        #expect(try await status(of: issued, in: house) == .revoked(.keyCompromise, since: noon + 5))
        #expect(try await status(of: other, in: house) == .good(thisUpdate: noon + 5.7, nextUpdate: nil))
        #expect(try await house.store.changeCounter() == 1)
        #expect(try house.auditKinds.last == .certificateRevoked)
    }

    @Test("again: nothing changes, not even for a graver reason")
    func again() async throws {
        let house = try await House()
        let issued = try await house.authority.issue(.example())
        _ = try await house.authority.revoke(issued.serialNumber, reason: .superseded, actor: "operator")
        let before = house.store.snapshot
        house.clock.advance(by: 60)
        let outcome = try await house.authority.revoke(issued.serialNumber, reason: .keyCompromise, actor: "operator")
        #expect(outcome == RevocationOutcome(revoked: [], alreadyRevoked: [issued.serialNumber]))
        #expect(try await status(of: issued, in: house) == .revoked(.superseded, since: noon))
        #expect(house.store.snapshot.changeCounter == before.changeCounter)
        #expect(house.store.snapshot.audit == before.audit)
    }

    @Test("by identity: every certificate of it that has not ended, and no other")
    func byIdentity() async throws {
        let house = try await House()
        let old = try await house.authority.issue(.example(life: .hours(1)))
        house.clock.advance(by: 2 * .hour)
        let first = try await house.authority.issue(.example())
        let second = try await house.authority.issue(.example(.client, name: "web"))
        let other = try await house.authority.issue(.example(name: "web2"))
        let outcome = try await house.authority.revoke(
            spiffe("spiffe://example.internal/web"), reason: .cessationOfOperation, actor: "operator")
        #expect(Set(outcome.revoked) == [first.serialNumber, second.serialNumber])
        #expect(house.store.snapshot.records[old.serialNumber]?.state.name == .issued)
        #expect(house.store.snapshot.records[other.serialNumber]?.state.name == .issued)
        #expect(try await house.store.changeCounter() == 1)
        let fresh = try await house.authority.issue(.example())
        #expect(try await status(of: fresh, in: house) == .good(thisUpdate: noon + 2 * .hour, nextUpdate: nil))
    }

    @Test("a serial number or an identity that nobody knows is said to be so")
    func unknown() async throws {
        let house = try await House()
        let serialNumber = try SerialNumber(magnitude: [0x40, 1])
        await #expect(throws: RevocationFailure.unknownSerial(serialNumber)) {
            try await house.authority.revoke(serialNumber, reason: .unspecified, actor: "operator")
        }
        let identity = try spiffe("spiffe://example.internal/nobody")
        await #expect(throws: RevocationFailure.unknownIdentity(identity)) {
            try await house.authority.revoke(identity, reason: .unspecified, actor: "operator")
        }
    }

    @Test("by every reason", arguments: RevocationReason.allCases)
    func reasons(_ reason: RevocationReason) async throws {
        let house = try await House()
        let issued = try await house.authority.issue(.example())
        _ = try await house.authority.revoke(issued.serialNumber, reason: reason, actor: "operator")
        #expect(try await status(of: issued, in: house) == .revoked(reason, since: noon))
    }

    @Test("a hold can be lifted, once, and every other revocation cannot", arguments: RevocationReason.allCases)
    func release(_ reason: RevocationReason) async throws {
        let house = try await House()
        let issued = try await house.authority.issue(.example())
        _ = try await house.authority.revoke(issued.serialNumber, reason: reason, actor: "operator")
        house.clock.advance(by: 60)
        if reason == .certificateHold {
            try await house.authority.release(issued.serialNumber, actor: "operator")
            #expect(try await status(of: issued, in: house) == .good(thisUpdate: noon + 60, nextUpdate: nil))
            #expect(try await house.store.changeCounter() == 2)
            #expect(try house.auditKinds.suffix(2) == [.certificateRevoked, .certificateReleased])
        }
        let before = house.store.snapshot
        await #expect(throws: RevocationFailure.notOnHold(issued.serialNumber)) {
            try await house.authority.release(issued.serialNumber, actor: "operator")
        }
        #expect(house.store.snapshot.audit == before.audit)
        #expect(house.store.snapshot.changeCounter == before.changeCounter)
    }

    @Test(
        "R12: a reason is raised to keyCompromise where that is asked for, a hold to any, and the date is kept",
        arguments: [
            (.superseded, .keyCompromise, true), (.unspecified, .keyCompromise, true),
            (.certificateHold, .superseded, true), (.certificateHold, .keyCompromise, true),
            (.keyCompromise, .superseded, false), (.keyCompromise, .keyCompromise, false),
            (.superseded, .cessationOfOperation, false), (.superseded, .certificateHold, false),
            (.certificateHold, .certificateHold, false),
        ] as [(RevocationReason, RevocationReason, Bool)])
    func raising(_ first: RevocationReason, _ second: RevocationReason, _ isRaised: Bool) async throws {
        let house = try await House()
        let issued = try await house.authority.issue(.example())
        _ = try await house.authority.revoke(issued.serialNumber, reason: first, actor: "operator")
        house.clock.advance(by: 60)
        let outcome = try await house.authority.revoke(
            issued.serialNumber, reason: second, reach: .raising, actor: "operator")
        #expect(outcome.revoked == (isRaised ? [issued.serialNumber] : []))
        #expect(try await status(of: issued, in: house) == .revoked(isRaised ? second : first, since: noon))
        #expect(try house.auditKinds.filter { $0 == .certificateRevoked }.count == (isRaised ? 2 : 1))
    }

    @Test("a compromised key takes what else uses it and has not ended; another reason does not")
    func byKey() async throws {
        let house = try await House()
        let old = try await house.authority.issue(.example(name: "old", life: .hours(1)))
        house.clock.advance(by: 2 * .hour)
        let first = try await house.authority.issue(.example(name: "a"))
        let second = try await house.authority.issue(.example(name: "b"))
        let other = try await house.authority.issue(
            .example(name: "c", key: TestKeys.key("another").publicKey))
        let lesser = try await house.authority.revoke(
            [first.serialNumber], reason: .superseded, reach: .raising, actor: "operator")
        #expect(lesser.revoked == [first.serialNumber])
        // Who has not shown the key takes nothing but what was named.
        let named = try await house.authority.revoke([first.serialNumber], reason: .keyCompromise, actor: "operator")
        #expect(named.revoked == [])
        let outcome = try await house.authority.revoke(
            [first.serialNumber], reason: .keyCompromise, reach: .raising, invalidSince: noon, actor: "operator")
        #expect(Set(outcome.revoked) == [first.serialNumber, second.serialNumber])
        #expect(house.store.snapshot.invalidSince[second.serialNumber] == noon)
        for left in [old, other] {
            #expect(house.store.snapshot.records[left.serialNumber]?.state.name == .issued)
        }
        await #expect(throws: IssuanceFailure.keyBlocked(TestKeys.key("leaf").publicKey.fingerprint)) {
            try await house.authority.issue(.example(name: "d"))
        }
    }

    @Test("of many, all or none")
    func many() async throws {
        let house = try await House()
        let issued = try await house.authority.issue(.example())
        let unknown = try SerialNumber(magnitude: [0x40, 1])
        await #expect(throws: RevocationFailure.unknownSerial(unknown)) {
            try await house.authority.revoke(
                [issued.serialNumber, unknown], reason: .superseded, actor: "operator")
        }
        #expect(house.store.snapshot.records[issued.serialNumber]?.state.name == .issued)
    }

    @Test("A01: a store that cannot write revokes nothing and says so")
    func unwritable() async throws {
        let house = try await House()
        let issued = try await house.authority.issue(.example())
        house.store.fail(.revoke, with: .full("disk full"))
        await #expect(throws: RevocationFailure.store(.full("disk full"))) {
            try await house.authority.revoke(issued.serialNumber, reason: .unspecified, actor: "operator")
        }
        #expect(try await status(of: issued, in: house) == .good(thisUpdate: noon, nextUpdate: nil))
    }
}
