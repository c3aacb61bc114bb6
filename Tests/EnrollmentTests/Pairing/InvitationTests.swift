import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import Testing

@testable import SymbolonEnrollment

@Suite("An invitation, event by event")
struct InvitationTests {
    private let key = TestKeys.key("leaf").publicKey.fingerprint
    private let other = TestKeys.key("other").publicKey.fingerprint
    private let serial = SerialNumber("0123456789")

    private func fresh() throws -> Invitation {
        let record = try #require(
            SPAKE2PlusRecord(
                w0: SecretBytes(copying: [UInt8](repeating: 1, count: 32)),
                registrationRecord: SecretBytes(copying: [UInt8](repeating: 4, count: 65))))
        return Invitation(
            number: 417,
            purpose: .identity(InvitedIdentity(profile: .workload, name: "laptop", names: [], life: nil)),
            record: record, actor: "test", createdAt: noon, expiresAt: noon + 600)
    }

    @Test("the straight way: tried, proved, claimed, issued, confirmed; then nothing is left of its keys")
    func straightWay() throws {
        var invitation = try fresh()
        let serial = try #require(serial)
        for event in [Invitation.Event.tried, .proved, .claim(key), .issued(serial)] {
            #expect(invitation.apply(event, at: noon) == .changed)
            #expect(invitation.record != nil)
        }
        #expect(invitation.state == .issued(key, serial))
        #expect(invitation.triesLeft == 3)
        #expect(invitation.apply(.confirmed, at: noon) == .changed)
        #expect(invitation.state == .finished)
        #expect(invitation.record == nil)
        #expect(invitation.revision == 5)
        #expect(invitation.isOver(at: noon))
    }

    @Test("three tries are taken before the first is answered, and a fourth is not")
    func triesAreCountedFirst() throws {
        var invitation = try fresh()
        for left in [2, 1, 0] {
            #expect(invitation.apply(.tried, at: noon) == .changed)
            #expect(invitation.triesLeft == left)
        }
        #expect(invitation.apply(.tried, at: noon) == .refused(.over))
    }

    @Test("the third wrong try kills it, and its keys go")
    func thirdWrongTry() throws {
        var invitation = try fresh()
        for _ in 0..<2 {
            _ = invitation.apply(.tried, at: noon)
            #expect(invitation.apply(.failed, at: noon) == .changed)
            #expect(invitation.state == .open)
        }
        _ = invitation.apply(.tried, at: noon)
        #expect(invitation.apply(.failed, at: noon) == .changed)
        #expect(invitation.state == .dead)
        #expect(invitation.record == nil)
        #expect(invitation.apply(.tried, at: noon) == .refused(.over))
        #expect(invitation.apply(.claim(key), at: noon) == .refused(.over))
    }

    @Test("a try that proved the code is given back; none is made of nothing")
    func provedIsGivenBack() throws {
        var invitation = try fresh()
        #expect(invitation.apply(.proved, at: noon) == .unchanged)
        _ = invitation.apply(.tried, at: noon)
        #expect(invitation.apply(.proved, at: noon) == .changed)
        #expect(invitation.triesLeft == 3)
    }

    @Test("at the end of its time it answers nobody; a second before, it does")
    func expiry() throws {
        var early = try fresh()
        #expect(early.apply(.tried, at: noon + 599) == .changed)
        var late = try fresh()
        #expect(late.apply(.tried, at: noon + 600) == .refused(.over))
        #expect(late.apply(.claim(key), at: noon + 600) == .refused(.over))
    }

    @Test("the first key that claims it is the only one; that one may come again after a while")
    func claims() throws {
        var invitation = try fresh()
        #expect(invitation.apply(.claim(key), at: noon) == .changed)
        #expect(invitation.apply(.claim(other), at: noon + 60) == .refused(.used))
        #expect(invitation.apply(.claim(key), at: noon + 9) == .refused(.busy))
        #expect(invitation.apply(.claim(key), at: noon + 10) == .changed)
        #expect(invitation.apply(.released, at: noon + 11) == .changed)
        #expect(invitation.apply(.claim(key), at: noon + 11) == .changed)
    }

    @Test("a key that has its certificate gets that one again, and no other key does")
    func issuedAgain() throws {
        var invitation = try fresh()
        let serial = try #require(serial)
        _ = invitation.apply(.claim(key), at: noon)
        _ = invitation.apply(.issued(serial), at: noon)
        #expect(invitation.apply(.claim(key), at: noon + 1) == .alreadyIssued(serial))
        #expect(invitation.apply(.claim(other), at: noon + 1) == .refused(.used))
    }

    @Test("what is cancelled stays so")
    func cancelled() throws {
        var invitation = try fresh()
        #expect(invitation.apply(.cancel, at: noon) == .changed)
        #expect(invitation.apply(.cancel, at: noon) == .unchanged)
        #expect(invitation.apply(.tried, at: noon) == .refused(.over))
        #expect(invitation.record == nil)
    }

    @Test("steps out of order change nothing")
    func outOfOrder() throws {
        let serial = try #require(serial)
        for event in [Invitation.Event.released, .issued(serial), .confirmed] {
            var invitation = try fresh()
            let before = invitation
            #expect(invitation.apply(event, at: noon) == .refused(.outOfOrder))
            #expect(invitation == before)
        }
    }
}
