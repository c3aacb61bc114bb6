import Foundation
import SymbolonAuthority
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@testable import SymbolonStorage

@Suite("What answers are made from, on either engine")
struct RevocationAnswerStoreTests {
    @Test(
        "each state is what a responder says of it, and another issuer has no such certificate",
        arguments: StoreKind.allCases)
    func standings(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        try await fixture.fill()
        func standing(_ number: UInt32) async throws -> CertificateStanding? {
            let found = try await fixture.store.standing(of: StoreFixture.serial(number), from: fixture.issuer)
            #expect(found == nil || found?.changeCounter == 1)
            #expect(found == nil || found?.notAfter == noon + 86_400)
            return found?.standing
        }
        #expect(try await standing(1) == .good)
        #expect(try await standing(2) == .unknown)
        #expect(try await standing(3) == .unknown)
        #expect(try await standing(4) == .revoked(Revocation(.superseded, since: noon)))
        #expect(try await standing(5) == nil)
        let other = try KeyFingerprint([UInt8](repeating: 9, count: 32))
        #expect(try await fixture.store.standing(of: StoreFixture.serial(1), from: other) == nil)
    }

    @Test("what changed since is told once, or that it is too much", arguments: StoreKind.allCases)
    func changes(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        try await fixture.fill()
        func changes(after counter: UInt64, atMost limit: Int = 10) async throws -> AnswerChanges {
            try await fixture.store.changes(of: fixture.issuer, after: counter, atMost: limit)
        }
        let four = try StoreFixture.serial(4)
        #expect(try await changes(after: 0) == AnswerChanges(changed: [four], changeCounter: 1))
        #expect(try await changes(after: 1) == AnswerChanges(changed: [], changeCounter: 1))
        _ = try await fixture.store.revoke([fixture.order(1)])
        #expect(try await changes(after: 1) == AnswerChanges(changed: [StoreFixture.serial(1)], changeCounter: 2))
        #expect(try await changes(after: 0, atMost: 1) == AnswerChanges(changed: nil, changeCounter: 2))
        let other = try KeyFingerprint([UInt8](repeating: 9, count: 32))
        #expect(
            try await fixture.store.changes(of: other, after: 0, atMost: 9)
                == AnswerChanges(changed: [], changeCounter: 2))
    }

    @Test("an issuer lives below until its last certificate, revoked or not, has ended", arguments: StoreKind.allCases)
    func lives(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let end = noon + 86_400
        #expect(try await !fixture.store.lives(below: fixture.issuer, at: noon))
        try await fixture.fill()
        #expect(try await fixture.store.lives(below: fixture.issuer, at: end))
        #expect(try await !fixture.store.lives(below: fixture.issuer, at: end + 1))
        _ = try await fixture.store.revoke([fixture.order(1)])
        #expect(try await fixture.store.lives(below: fixture.issuer, at: end))
        // A responder's own is there for the others.
        try await fixture.store.record(
            fixture.intent(6, profile: "responder", notAfter: end + 600), audit: fixture.audit())
        try await fixture.store.complete(
            StoreFixture.serial(6), certificate: [6], at: noon, audit: fixture.audit())
        #expect(try await !fixture.store.lives(below: fixture.issuer, at: end + 1))
        let other = try KeyFingerprint([UInt8](repeating: 9, count: 32))
        #expect(try await !fixture.store.lives(below: other, at: noon))
    }
}
