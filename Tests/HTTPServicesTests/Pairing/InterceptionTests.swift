import Foundation
import NIOCore
import NIOPosix
import SymbolonAdministration
import SymbolonAudit
import SymbolonAuthority
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonStorage
import SymbolonTestSupport
import SymbolonTransport
import Testing

/// E20: the first contact goes through somebody else's hands. It gets nothing, and each end says what it saw.
@Suite("E20: somebody between two machines that pair", .serialized, .timeLimit(.minutes(2)))
struct InterceptionTests {
    @Test("honest twin: who only passes on hears the number and no secret, and the introduction succeeds")
    func forwarded() async throws {
        let house = try await PairingHouse.start()
        let code = try await house.invite()
        let relay = try await PairingRelay.start(before: house.address)
        let client = try await PairingClient.connect(to: relay.address, with: code)
        let offer = try await client.offer()
        let request = try PairingHouse.request(.make(.p256))
        let answer = try await client.certify(request)
        try await client.confirm()
        await client.close()
        #expect(try await house.issued().count == 1)
        let made = try PairingRegistration(words: code.secret, number: code.number)
        #expect(relay.saw("invitation \(code.number)".utf8))
        for secret in [code.secret, made.secret.w0, made.secret.w1, made.record.registrationRecord] {
            #expect(!relay.saw(secret.octets))
        }
        for text in [request.request, answer.chain, offer.anchor, offer.trustDomain] { #expect(!relay.saw(text.utf8)) }
    }

    @Test("an octet altered in any record up to the first answer: nothing is learnt, issued or believed")
    func altered() async throws {
        let house = try await PairingHouse.start()
        let honest = try await PairingRelay.start(before: house.address)
        let first = try await PairingClient.connect(to: honest.address, with: try await house.invite())
        _ = try await first.offer()
        for way in PairingRelay.Way.allCases {
            let records = honest.records(way)
            #expect(records.count >= 4)
            // The change_cipher_spec (20) too, which says nothing (RFC 8446 §5).
            #expect(records.contains { $0[0] == 20 })
            for index in records.indices {
                let code = try await house.invite()
                let relay = try await PairingRelay.start(before: house.address) { theWay, number, record in
                    theWay == way && number == index ? .put(Self.altered(record, at: record.count - 1)) : .pass
                }
                do {
                    _ = try await Self.failure(at: relay.address, code)
                } catch is Believed {
                    // An answer is not cut into records as it was before: none was altered.
                    #expect(relay.records(way).count <= index)
                }
            }
        }
        #expect(try await house.issued().isEmpty)
    }

    @Test("an octet altered in the random of either hello: a record is not authentic, say both")
    func alteredHellos() async throws {
        let house = try await PairingHouse.start()
        for way in PairingRelay.Way.allCases {
            let code = try await house.invite()
            let relay = try await PairingRelay.start(before: house.address) { theWay, number, record in
                // RFC 8446 §4.1.2: 5 of the record, 4 of the message, 2 of the version.
                theWay == way && number == 0 ? .put(Self.altered(record, at: 11)) : .pass
            }
            let failure = try await Self.failure(at: relay.address, code)
            #expect(failure == .https(.tls(.recordNotAuthentic)))
            let events = try await house.events(of: code, atLeast: 3)
            #expect(events.last?.details["because"] == TLSFailure.recordNotAuthentic.explanation)
            #expect(events.map(\.kind) == [.invitationMade, .invitationTried, .invitationFailed])
        }
        #expect(try await house.issued().isEmpty)
    }

    @Test("a recorded client, said again on a second connection: one wrong try, and no certificate")
    func replayed() async throws {
        let house = try await PairingHouse.start()
        let code = try await house.invite()
        // Hello, change_cipher_spec, Finished; the request that follows is heard, and held back.
        let relay = try await PairingRelay.start(before: house.address) { way, number, _ in
            way == .toServer && number == 3 ? .cut : .pass
        }
        let client = try await PairingClient.connect(to: relay.address, with: code)
        let request = try PairingHouse.request(.make(.p256))
        await #expect(throws: PairingClientFailure.self) { try await client.certify(request) }
        let flight = relay.records(.toServer)
        #expect(flight.prefix(4).map(\.first) == [22, 20, 23, 23])
        let answer = try await PairingRelay.say(flight, to: house.address)
        #expect(answer.first == 22)
        #expect(answer.prefix(64) != relay.records(.toClient)[0].prefix(64))
        let events = try await house.events(of: code, atLeast: 4)
        #expect(
            events.map(\.kind) == [.invitationMade, .invitationTried, .invitationTried, .invitationFailed])
        #expect(try await house.issued().isEmpty)
        // Honest twin: the same request, said by who knows the code.
        _ = try await house.connect(code).certify(request)
        #expect(try await house.issued().count == 1)
    }

    @Test("each end hears itself: neither takes itself for the other", arguments: PairingRelay.Way.allCases)
    func reflected(_ way: PairingRelay.Way) async throws {
        let house = try await PairingHouse.start()
        let code = try await house.invite()
        let relay = try await PairingRelay.start(before: house.address) { theWay, _, _ in
            theWay == way ? .reflect : .pass
        }
        _ = try await Self.failure(at: relay.address, code)
        let wanted: [AuditEventKind] =
            way == .toServer ? [.invitationMade] : [.invitationMade, .invitationTried, .invitationFailed]
        let events = try await house.events(of: code, atLeast: wanted.count)
        #expect(events.map(\.kind) == wanted)
        #expect(try await house.issued().isEmpty)
    }

    @Test("its own TLS on both sides: the machine finds no such invitation there, and the authority lets nobody in")
    func ownTLS() async throws {
        let house = try await PairingHouse.start()
        let code = try await house.invite()
        // One that pairs, with an authority of its own, and one that does not.
        let impostor = try await PairingHouse.start(domain: "impostor.example")
        let plain = try await ServedAuthority.start()
        for address in [impostor.address, plain.address] {
            await #expect(throws: PairingClientFailure.noOpenInvitation(code.number)) {
                try await PairingClient.connect(to: address, with: code)
            }
        }
        #expect(try await house.kinds() == [.invitationMade])
        #expect(try await house.issued().isEmpty)
    }

    @Test("its own guess at the words, toward the machine: the other end did not prove the code")
    func guessingServer() async throws {
        let house = try await PairingHouse.start()
        let code = try await house.invite()
        let impostor = try await PairingHouse.start(domain: "impostor.example")
        let guess = try PairingRegistration(words: SecretBytes(copying: "acorn-acorn".utf8), number: code.number)
        try await impostor.put(guess.record, code.number)
        await #expect(throws: PairingClientFailure.codeNotProved(code.number)) {
            try await PairingClient.connect(to: impostor.address, with: code)
        }
        #expect(try await house.kinds() == [.invitationMade])
        // Honest twin: the very words.
        let right = try PairingRegistration(words: code.secret, number: code.number)
        let other = try await PairingHouse.start(domain: "other.example")
        try await other.put(right.record, code.number)
        _ = try await PairingClient.connect(to: other.address, with: code)
    }

    @Test("its own guesses, toward the authority: the third ends also who was inside, and nothing is issued")
    func guessingClient() async throws {
        let house = try await PairingHouse.start()
        let code = try await house.invite()
        let inside = try await house.connect(code)
        _ = try await inside.offer()
        let wrong = try InvitationCode("\(code.number)-zebra-zebra-zebra-zebra")
        var wanted: [AuditEventKind] = [.invitationMade, .invitationTried]
        for number in 1...3 {
            // Honest twin: after each of two the one inside still has its promise.
            _ = try await inside.offer()
            await #expect(throws: PairingClientFailure.codeNotProved(code.number)) { try await house.connect(wrong) }
            wanted += [.invitationTried, .invitationFailed] + (number == 3 ? [.invitationDead] : [])
            #expect(try await house.kinds(until: wanted) == wanted)
        }
        await #expect {
            try await inside.certify(PairingHouse.request(.make(.p256)))
        } throws: { error in
            guard case PairingClientFailure.refused(410, "over", _) = error else { return false }
            return true
        }
        #expect(try await house.issued().isEmpty)
    }

    @Test("who proved an invitation that has ended has nothing of the next one with its number")
    func numberInUseAgain() async throws {
        let house = try await PairingHouse.start()
        let code = try await house.invite()
        let old = try await house.connect(code)
        _ = try await old.offer()
        _ = try await house.administration.perform(CancelInvitation(number: code.number))
        let next = try PairingRegistration(words: SecretBytes(copying: "acorn-banjo".utf8), number: code.number)
        try await house.put(next.record, code.number, "bank")
        await #expect(throws: PairingClientFailure.self) { try await old.offer() }
        await #expect(throws: PairingClientFailure.self) {
            try await old.certify(PairingHouse.request(.make(.p256)))
        }
        #expect(try await house.issued().isEmpty)
        // Honest twin: who knows the words of the next one.
        let client = try await PairingClient.connect(to: house.address, by: next)
        #expect(try await client.offer().identity?.name == "bank")
        _ = try await client.certify(PairingHouse.request(.make(.p256)))
        #expect(try await house.issued().count == 1)
    }

    private static func altered(_ record: [UInt8], at index: Int) -> [UInt8] {
        var record = record
        record[index] ^= 1
        return record
    }

    /// Why a machine with this code hears no offer there.
    private static func failure(at address: ServerAddress, _ code: InvitationCode) async throws -> PairingClientFailure
    {
        do throws(PairingClientFailure) {
            let client = try await PairingClient.connect(to: address, with: code)
            _ = try await client.offer()
        } catch {
            return error
        }
        throw Believed()
    }

    private struct Believed: Error {}
}

extension SecretBytes {
    fileprivate var octets: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}

extension PairingHouse {
    /// An open invitation by this record, in the place of an earlier one with its number.
    func put(_ record: SPAKE2PlusRecord, _ number: Int, _ name: String = "laptop") async throws {
        let earlier = try await store.invitation(number)
        let invited = InvitedIdentity(profile: .workload, name: name, names: [], life: nil)
        let invitation = Invitation(
            number: number, purpose: .identity(invited), record: record, actor: "test", createdAt: clock.now,
            expiresAt: clock.now + 600, replacing: earlier)
        #expect(try await store.put(invitation, audit: []))
    }

    /// What is written down about an invitation, in order; waits until it is so much, for nobody waits for the end of a try.
    func events(of code: InvitationCode, atLeast count: Int) async throws -> [AuditEvent] {
        try await afterChanges {
            try await store.auditEntries(from: 1, limit: 10_000).map { try AuditEntry($0).event }
                .filter { $0.details["invitation"] == String(code.number) }
        } until: {
            $0.count >= count
        }
    }
}
