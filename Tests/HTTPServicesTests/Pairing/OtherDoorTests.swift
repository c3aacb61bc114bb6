import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonHTTPServices
import SymbolonKeys
import SymbolonNames
import SymbolonStorage
import SymbolonTestSupport
import SymbolonTokens
import SymbolonTransport
import SymbolonVerification
import SymbolonWire
import Testing

/// E12: one port, three kinds of proof; each opens its own door and no other.
@Suite("E12: a code at ACME and at the API, a certificate at pairing", .timeLimit(.minutes(2)))
struct OtherDoorTests {
    static let pairing: [HTTPSRequest] = [
        HTTPSRequest(.get, "/pairing/v1"),
        HTTPSRequest(.post, "/pairing/v1/certificate", body: Array(#"{"request":"-"}"#.utf8)),
        HTTPSRequest(.post, "/pairing/v1/federation", body: Array("{}".utf8)),
        HTTPSRequest(.post, "/pairing/v1/confirmation", body: Array("{}".utf8)),
    ]

    @Test("an operator's certificate is worth nothing in pairing, and neither is none")
    func certificates() async throws {
        let house = try await PairingHouse.start()
        let code = try await house.invite()
        let (nobody, administrator) = (try house.client(nil), try await house.client(administrator: "ada"))
        // Honest twin: at its own door the certificate counts.
        #expect(try await administrator.send(HTTPSRequest(.get, "/api/v1/invitations")).status == 200)
        #expect(try await nobody.send(HTTPSRequest(.get, "/api/v1/invitations")).status == 401)
        for client in [nobody, administrator] {
            for request in Self.pairing { #expect(try await client.send(request).status == 403, "\(request.target)") }
        }
        #expect(try await house.store.invitation(code.number)?.state == .open)
        // Honest twin: the code.
        let paired = try house.client(by: code)
        for request in Self.pairing { #expect(try await paired.send(request).status != 403, "\(request.target)") }
    }

    @Test("a code, proved or said, is worth nothing at any operation of the API")
    func codeAtAPI() async throws {
        let house = try await PairingHouse.start()
        let code = try await house.invite()
        let (nobody, paired) = (try house.client(nil), try house.client(by: code))
        let said = [
            HTTPSField("authorization", "Bearer \(code.text)"),
            HTTPSField("authorization", "Basic \(Data(":\(code.text)".utf8).base64EncodedString())"),
        ]
        for type in APIOperations.all {
            let path = "/api/v1/" + type.endpoint.path.replacing("{", with: "").replacing("}", with: "")
            let method = try #require(HTTPSRequest.Method(rawValue: type.endpoint.method.rawValue.uppercased()))
            let body = type.endpoint.hasBody ? Array("{}".utf8) : []
            for (client, field) in [(nobody, said[0]), (nobody, said[1]), (paired, said[0])] {
                let answer = try await client.send(
                    HTTPSRequest(
                        method, path, fields: [field, HTTPSField("content-type", "application/json")], body: body))
                #expect(answer.status == 401, "\(method.rawValue) \(path)")
            }
        }
        #expect(try await house.issued().isEmpty)
    }

    @Test("a code is no external account at ACME, whoever brings it and over whatever it proved")
    func codeAtACME() async throws {
        let house = try await PairingHouse.start()
        let code = try await house.invite()
        let record = try PairingRegistration(words: code.secret, number: code.number)
        for client in [try house.client(nil), try house.client(by: code)] {
            let unbound = try await Self.account(at: house, client, nil)
            #expect(unbound.status == 403)
            #expect(try JSONReader.parse(unbound.body)["type"] == "urn:ietf:params:acme:error:externalAccountRequired")
            for secret in [code.secret, record.secret.w0, record.secret.w1] {
                let answer = try await Self.account(at: house, client, (String(code.number), secret))
                #expect(answer.status == 403)
                #expect(try JSONReader.parse(answer.body)["type"] == "urn:ietf:params:acme:error:unauthorized")
            }
        }
        #expect(try await house.store.invitation(code.number)?.state == .open)
        // Honest twin: a key that was made for it.
        let key = ExternalAccountKey(
            id: ResourceID.random().description, secret: SecretBytes(copying: [UInt8](repeating: 9, count: 32)),
            policy: nil, createdAt: house.clock.now, createdBy: "test", expiresAt: nil)
        var decision = ACMEDecision()
        decision.externalAccountKeys = [key]
        try #require(try await house.store.commit(decision) == .done)
        #expect(try await Self.account(at: house, house.client(nil), (key.id, key.secret)).status == 201)
    }

    /// Asks for an account, bound to this key of somebody's (RFC 8555 §7.3.4).
    private static func account(
        at house: PairingHouse, _ client: HTTPSClient, _ bound: (id: String, secret: SecretBytes)?
    ) async throws -> HTTPSResponse {
        let url = "https://\(house.address)/acme/new-account"
        let key = SigningKey.make(.p256)
        let jwk = try #require(JWK.json(key.publicKey))
        var payload: [JSONMember] = []
        if let bound {
            let header = [JSONMember("kid", .string(bound.id)), JSONMember("url", .string(url))]
            payload.append(
                JSONMember(
                    "externalAccountBinding",
                    FlattenedJWS.mac(payload: jwk.bytes, header: header, by: bound.secret).json))
        }
        let nonce = try #require(
            try await client.send(HTTPSRequest(.head, "/acme/new-nonce")).field("replay-nonce"))
        let header = [JSONMember("nonce", .string(nonce)), JSONMember("url", .string(url)), JSONMember("jwk", jwk)]
        let jws = try FlattenedJWS.sign(payload: JSONValue.object(payload).bytes, header: header, by: key)
        return try await client.send(
            HTTPSRequest(
                .post, "/acme/new-account", fields: [HTTPSField("content-type", "application/jose+json")],
                body: jws.json.bytes))
    }
}

extension PairingHouse {
    /// Whoever has this code.
    func client(by code: InvitationCode) throws -> HTTPSClient {
        let registration = try PairingRegistration(words: code.secret, number: code.number)
        return HTTPSClient(
            to: address,
            proving: HTTPSProof(
                context: try TLSContext(code: registration.secret, number: code.number), serverName: nil))
    }

    /// Whoever has this identity, or none, and believes the authority.
    func client(_ identity: TLSIdentity?) throws -> HTTPSClient {
        let anchor = TrustAnchor(authority.root, for: authority.configuration.trustDomain)
        let expectation = Expectation(.server, names: [], revocation: .bestEffort(because: "a test of pairing"))
        return HTTPSClient(
            to: address,
            proving: try HTTPSProof(
                identity: identity, trusting: Verifier(anchors: [anchor]), expecting: expectation))
    }

    func client(administrator name: String) async throws -> HTTPSClient {
        let key = SigningKey.make(.p256)
        let issued = try await authority.issue(
            IssuanceRequest(profile: .person, name: name, publicKey: key.publicKey, actor: "test"))
        _ = try await administration.perform(
            PutOperator(identity: issued.identity.description, role: .administrator))
        return try client(TLSIdentity(chain: issued.chain.map(\.der), pkcs8: key.pkcs8()))
    }
}

/// Every challenge is met: what is refused, is refused for something else.
struct EveryChallengeMet: ChallengeValidation {
    func validate(_ question: ChallengeQuestion) async throws(ValidationFailure) -> ValidationEvidence {
        ValidationEvidence(place: "192.0.2.7:80", details: [:])
    }
}
