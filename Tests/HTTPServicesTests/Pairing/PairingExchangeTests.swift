import Foundation
import SymbolonAdministration
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonStorage
import SymbolonTestSupport
import SymbolonTransport
import Testing

/// Over loopback, with the store on disk: what a code is good for, and what it is not.
@Suite("Introduced by a code", .serialized, .timeLimit(.minutes(2)))
struct PairingExchangeTests {
    @Test("a machine gets what the invitation says, for its own key, and both ends write down by which code")
    func introduction() async throws {
        let house = try await PairingHouse.start()
        let code = try await house.invite()
        let client = try await house.connect(code)
        let offer = try await client.offer()
        #expect(offer.identity?.identity == "spiffe://example.internal/laptop")
        #expect(offer.identity?.profile == "workload")
        let key = SigningKey.make(.p256)
        let answer = try await client.certify(PairingHouse.request(key))
        let chain = try CertificateBundle(pem: answer.chain).certificates
        #expect(chain[0].publicKey == key.publicKey)
        #expect(try CertificateBundle(pem: offer.anchor).certificates == [house.authority.root])
        try await client.confirm()
        await client.close()
        #expect(try await house.issued().count == 1)
        let kinds = try await house.kinds(until: [.invitationMade, .invitationTried, .invitationUsed])
        #expect(kinds == [.invitationMade, .invitationTried, .invitationUsed])
        await #expect(throws: PairingClientFailure.noOpenInvitation(code.number)) { try await house.connect(code) }
    }

    @Test("a wrong code, three times: each is counted, the third kills, and the right one comes too late")
    func wrongCodes() async throws {
        let house = try await PairingHouse.start()
        let code = try await house.invite()
        let wrong = try InvitationCode("\(code.number)-zebra-zebra-zebra-zebra")
        var wanted: [AuditEventKind] = [.invitationMade]
        for number in 1...3 {
            await #expect(throws: PairingClientFailure.codeNotProved(code.number)) { try await house.connect(wrong) }
            wanted += [.invitationTried, .invitationFailed] + (number == 3 ? [.invitationDead] : [])
            #expect(try await house.kinds(until: wanted) == wanted)
        }
        await #expect(throws: PairingClientFailure.noOpenInvitation(code.number)) { try await house.connect(code) }
        #expect(try await house.store.invitation(code.number)?.record == nil)
    }

    @Test("two wrong tries, and the right one still goes")
    func twoWrongTries() async throws {
        let house = try await PairingHouse.start()
        let code = try await house.invite()
        let wrong = try InvitationCode("\(code.number)-zebra-zebra-zebra-zebra")
        for count in 1...2 {
            await #expect(throws: PairingClientFailure.codeNotProved(code.number)) { try await house.connect(wrong) }
            _ = try await house.kinds(until: Array(repeating: .invitationTried, count: 1 + 2 * count))
        }
        let answer = try await house.connect(code).certify(PairingHouse.request(.make(.p256)))
        #expect(!answer.chain.isEmpty)
    }

    @Test("an expired code is as unknown as one that never was")
    func expired() async throws {
        let house = try await PairingHouse.start()
        let code = try await house.invite()
        // A second more: the store keeps milliseconds.
        house.clock.advance(by: 601)
        await #expect(throws: PairingClientFailure.noOpenInvitation(code.number)) { try await house.connect(code) }
        let never = try InvitationCode("99999-acorn-banjo-cedar-donkey")
        await #expect(throws: PairingClientFailure.noOpenInvitation(99_999)) { try await house.connect(never) }
        #expect(try await house.kinds() == [.invitationMade])
    }

    @Test("cut off before the certificate arrived, the same key goes on and another does not")
    func interrupted() async throws {
        let house = try await PairingHouse.start()
        let code = try await house.invite()
        let key = SigningKey.make(.p256)
        let first = try await house.connect(code).certify(PairingHouse.request(key))
        // The answer was lost: nothing is confirmed.
        let again = try await house.connect(code)
        #expect(try await again.certify(PairingHouse.request(key)) == first)
        let other = try await house.connect(code)
        await #expect {
            try await other.certify(PairingHouse.request(.make(.p256)))
        } throws: { error in
            guard case PairingClientFailure.refused(409, "used", _) = error else { return false }
            return true
        }
        #expect(try await house.issued().count == 1)
    }

    @Test("E16: many uses of one code at once, round after round: one certificate each", arguments: 0..<5)
    func manyAtOnce(_ round: Int) async throws {
        let house = try await PairingHouse.start()
        let code = try await house.invite("laptop-\(round)")
        let registration = try PairingRegistration(words: code.secret, number: code.number)
        let outcomes = await withTaskGroup(of: Bool.self, returning: [Bool].self) { group in
            for _ in 0..<100 {
                group.addTask {
                    guard let client = try? await PairingClient.connect(to: house.address, by: registration),
                        let request = try? PairingHouse.request(.make(.p256))
                    else { return false }
                    return (try? await client.certify(request)) != nil
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 } == 1)
        #expect(try await house.issued().count == 1)
    }

    @Test("E12: a connection that a code proved is worth nothing at the API, and a certificate nothing in pairing")
    func otherDoors() async throws {
        let house = try await PairingHouse.start()
        let code = try await house.invite()
        let registration = try PairingRegistration(words: code.secret, number: code.number)
        let proof = HTTPSProof(
            context: try TLSContext(code: registration.secret, number: code.number), serverName: nil)
        let paired = HTTPSClient(to: house.address, proving: proof)
        #expect(try await paired.send(HTTPSRequest(.get, "/pairing/v1")).status == 200)
        #expect(try await paired.send(HTTPSRequest(.get, "/api/v1/authority")).status == 401)
        #expect(try await paired.send(HTTPSRequest(.get, "/api/v1/certificates")).status == 401)
    }

    @Test("what is asked for beside the invitation is refused, and so is another machine's name")
    func requestsAreHeldToTheInvitation() async throws {
        let house = try await PairingHouse.start()
        let client = try await house.connect(try await house.invite())
        let key = SigningKey.make(.p256)
        let greedy = try CertificateRequest.make(
            subject: .empty, names: [.dns(try DNSPattern("ca.example.internal"))], key: key)
        await #expect {
            try await client.certify(PairingRequest(request: greedy.pem))
        } throws: { error in
            guard case PairingClientFailure.refused(400, "request", _) = error else { return false }
            return true
        }
        // It cost nothing: the same connection may ask rightly.
        _ = try await client.certify(PairingHouse.request(key))
    }

    @Test("what could not be issued is not promised")
    func promises() async throws {
        let house = try await PairingHouse.start()
        await #expect {
            try await house.administration.perform(MakeInvitation(name: "laptop", profile: "root"))
        } throws: { ($0 as? AdministrationFailure)?.kind == .refused }
        await #expect {
            try await house.administration.perform(MakeInvitation(name: "laptop", names: ["dns:else.example"]))
        } throws: { ($0 as? AdministrationFailure)?.kind == .refused }
    }

    @Test("open invitations are bounded, and a cancelled one makes room")
    func bounded() async throws {
        let house = try await PairingHouse.start()
        for _ in 0..<InvitationDesk.mostOpen { _ = try await house.put() }
        await #expect {
            try await house.invite()
        } throws: { ($0 as? AdministrationFailure)?.kind == .tooMany }
        let list = try await house.administration.perform(ListInvitations())
        #expect(list.invitations.count == InvitationDesk.mostOpen)
        _ = try await house.administration.perform(CancelInvitation(number: list.invitations[0].number))
        _ = try await house.invite()
    }

    @Test("two authorities believe each other, each for its own trust domain, until the date")
    func federation() async throws {
        let (here, there) = (try await PairingHouse.start(), try await PairingHouse.start(domain: "other.example"))
        let answer = try await here.administration.perform(
            MakeInvitation(name: "federation", federationSeconds: 86_400))
        let client = try await here.connect(try InvitationCode(answer.code))
        let offer = try await client.offer()
        let until = try #require(offer.federationUntil)
        let ours = FederationProposal(trustDomain: try TrustDomain("other.example"), root: there.authority.root)
        #expect(try await client.federate(ours).trustDomain == "other.example")
        try await client.confirm()
        let desk = FederationDesk(authority: there.authority, store: there.store)
        _ = try await desk.begin(
            FederationProposal(trustDomain: offer.trustDomain, anchor: offer.anchor), until: until, actor: "test")
        #expect(try await here.store.federations().map(\.anchor) == [there.authority.root])
        #expect(try await there.store.federations().map(\.anchor) == [here.authority.root])
        _ = try await here.administration.perform(EndFederation(trustDomain: "other.example"))
        #expect(try await here.store.federations().isEmpty)
        #expect(try await here.kinds().suffix(2) == [.federationBegun, .federationEnded])
    }

    @Test("an authority that claims another's trust domain, or ours, is not believed")
    func falseFederation() async throws {
        let (here, there) = (try await PairingHouse.start(), try await PairingHouse.start(domain: "other.example"))
        let answer = try await here.administration.perform(
            MakeInvitation(name: "federation", federationSeconds: 86_400))
        for (domain, root) in [
            ("bank.example", there.authority.root), ("example.internal", there.authority.root),
            ("example.internal", here.authority.root),
        ] {
            let client = try await here.connect(try InvitationCode(answer.code))
            let proposal = FederationProposal(trustDomain: try TrustDomain(domain), root: root)
            await #expect(throws: PairingClientFailure.self) { try await client.federate(proposal) }
        }
        #expect(try await here.store.federations().isEmpty)
    }

    @Test("only a root that is alive and names its own domain is believed, and until a day to come")
    func acceptedAnchors() throws {
        var chain = TestPKI.goodChain()
        let (theirs, ours) = (try TrustDomain("other.example"), try TrustDomain("example.internal"))
        func refusal(_ anchor: [UInt8], at now: Date = noon, until: Date = noon + 3600) -> FederationFailure? {
            do {
                let one = try FederatedAuthority(
                    proposed: Certificate(der: anchor), for: theirs, beside: ours, now: now, until: until, actor: "test"
                )
                #expect(one.until == until)
                return nil
            } catch {
                return error as? FederationFailure
            }
        }
        #expect(refusal(chain.rootDER) == .otherTrustDomain(theirs))
        chain.root.names = [.uri("spiffe://other.example")]
        chain.issuing.names = [.uri("spiffe://other.example")]
        #expect(refusal(chain.rootDER) == nil)
        #expect(refusal(chain.issuingDER) == .noRoot)
        chain.leaf.names = [.uri("spiffe://other.example")]
        #expect(refusal(chain.leafDER) == .noAuthority)
        #expect(refusal(chain.rootDER, at: chain.root.notAfter) == .ended(chain.root.notAfter))
        #expect(refusal(chain.rootDER, until: noon) == .ended(noon))
        // Of the root's name, and another key's signature.
        var double = chain.root
        double.use(TestKeys.key("double"))
        #expect(refusal(chain.root.der(signedBy: double)) == .noRoot)
        chain.root.names.append(.uri("spiffe://example.internal"))
        #expect(refusal(chain.rootDER) == .otherTrustDomain(theirs))
    }

    @Test("a machine's code introduces no authority, and the other way round")
    func otherPurpose() async throws {
        let house = try await PairingHouse.start()
        let there = try await PairingHouse.start(domain: "other.example")
        let machine = try await house.connect(try await house.invite())
        let proposal = FederationProposal(trustDomain: try TrustDomain("other.example"), root: there.authority.root)
        await #expect(throws: PairingClientFailure.self) { try await machine.federate(proposal) }
        let answer = try await house.administration.perform(
            MakeInvitation(name: "federation", federationSeconds: 86_400))
        let authority = try await house.connect(try InvitationCode(answer.code))
        await #expect(throws: PairingClientFailure.self) {
            try await authority.certify(PairingHouse.request(.make(.p256)))
        }
        #expect(try await house.issued().isEmpty)
    }
}

extension PairingHouse {
    /// An open invitation without the work of a code.
    func put() async throws -> Bool {
        let record = try #require(
            SPAKE2PlusRecord(
                w0: SecretBytes(copying: [UInt8](repeating: 1, count: 32)),
                registrationRecord: SecretBytes(copying: [UInt8](repeating: 4, count: 65))))
        let number = try await store.invitations().count + 100
        return try await store.put(
            Invitation(
                number: number,
                purpose: .identity(InvitedIdentity(profile: .workload, name: "m\(number)", names: [], life: nil)),
                record: record, actor: "test", createdAt: clock.now, expiresAt: clock.now + 600), audit: [])
    }
}
