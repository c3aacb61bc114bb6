import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonTokens
import SymbolonWire
import Testing

@testable import SymbolonEnrollment

/// One thing wrong with a binding that is otherwise honest.
struct WrongBinding: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let problem: String
    let binding: @Sendable (ACMEClient, ExternalAccountKey) throws -> JSONValue

    init(
        _ what: String, _ problem: String,
        binding: @escaping @Sendable (ACMEClient, ExternalAccountKey) throws -> JSONValue
    ) {
        testDescription = what
        self.problem = problem
        self.binding = binding
    }
}

@Suite("E10: external account binding (RFC 8555 §7.3.4)")
struct ExternalAccountTests {
    static func house() async throws -> ACMEHouse {
        var configuration = ACMEConfiguration()
        configuration.requiresExternalAccount = true
        return try await ACMEHouse(configuration)
    }

    static func key(
        in house: ACMEHouse, policy: ACMEPolicy? = nil, expiresAt: Date? = nil
    ) async throws -> ExternalAccountKey {
        let key = ExternalAccountKey(
            id: ResourceID.random().description, secret: .random(32),
            policy: policy, createdAt: house.clock.now, createdBy: "operator", expiresAt: expiresAt)
        var decision = ACMEDecision()
        decision.externalAccountKeys = [key]
        try #require(try await house.store.commit(decision) == .done)
        return key
    }

    static func binding(
        _ client: ACMEClient, _ key: ExternalAccountKey, secret: SecretBytes? = nil, kid: String? = nil,
        bound: PublicKey? = nil, url: String? = nil, more: [JSONMember] = []
    ) throws -> JSONValue {
        FlattenedJWS.mac(
            payload: try #require(JWK.json(bound ?? client.key.publicKey)).bytes,
            header: [
                JSONMember("kid", .string(kid ?? key.id)), JSONMember("url", .string(url ?? client.url("new-account"))),
            ] + more, by: secret ?? key.secret
        ).json
    }

    static let wrong = [
        WrongBinding("another secret", "unauthorized") { client, key in
            try binding(client, key, secret: SecretBytes(copying: [UInt8](repeating: 7, count: 32)))
        },
        WrongBinding("a key that is not there", "unauthorized") { client, key in
            try binding(client, key, kid: "nobody's")
        },
        WrongBinding("a key that is not there, under the secret of none", "unauthorized") { client, key in
            try binding(
                client, key, secret: SecretBytes(copying: [UInt8](repeating: 0, count: 32)), kid: "nobody's")
        },
        WrongBinding("for another account key", "malformed") { client, key in
            try binding(client, key, bound: SigningKey.make(.p256).publicKey)
        },
        WrongBinding("the url of another endpoint", "malformed") { client, key in
            try binding(client, key, url: client.url("new-order"))
        },
        WrongBinding("with a nonce", "malformed") { client, key in
            try binding(client, key, more: [JSONMember("nonce", "AAAA")])
        },
        WrongBinding("signed, not bound", "badSignatureAlgorithm") { client, key in
            try FlattenedJWS.sign(
                payload: #require(JWK.json(client.key.publicKey)).bytes,
                header: [JSONMember("kid", .string(key.id)), JSONMember("url", .string(client.url("new-account")))],
                by: client.key
            ).json
        },
        WrongBinding("no JWS", "malformed") { _, _ in "binding" },
    ]

    @Test("refuses", arguments: wrong)
    func refusal(_ one: WrongBinding) async throws {
        let house = try await Self.house()
        let key = try await Self.key(in: house)
        let client = ACMEClient(house)
        let refused = try await client.post(
            client.url("new-account"), ["externalAccountBinding": try one.binding(client, key)])
        #expect(refused.problem == one.problem, "\(refused.text)")
        // The honest twin.
        let made = try await client.post(
            client.url("new-account"), ["externalAccountBinding": try Self.binding(client, key)])
        #expect(made.status == 201, "\(made.text)")
        let entry = try #require(try house.auditEvents().last)
        #expect(entry.kind == .acmeAccountCreated)
        #expect(entry.details["externalAccountKey"] == key.id)
    }

    @Test("without one there is no account where one is required; the directory says so")
    func required() async throws {
        let house = try await Self.house()
        let client = ACMEClient(house)
        #expect(
            await client.get(client.url("directory")).json["meta"]?["externalAccountRequired"] == true)
        #expect(try await client.post(client.url("new-account"), [:]).problem == "externalAccountRequired")
    }

    @Test("a key that has ended, and one that was revoked, make no account")
    func over() async throws {
        let house = try await Self.house()
        let client = ACMEClient(house)
        let ended = try await Self.key(in: house, expiresAt: house.clock.now + 60)
        house.clock.advance(by: 60)
        let late = try await client.post(
            client.url("new-account"), ["externalAccountBinding": try Self.binding(client, ended)])
        #expect(late.problem == "unauthorized")
        var revoked = try await Self.key(in: house)
        let binding = try Self.binding(client, revoked)
        let isNews = revoked.revoke(at: house.clock.now)
        #expect(isNews)
        var decision = ACMEDecision()
        decision.externalAccountKeys = [revoked]
        #expect(try await house.store.commit(decision) == .done)
        #expect(
            try await client.post(client.url("new-account"), ["externalAccountBinding": binding]).problem
                == "unauthorized")
    }

    @Test("twenty accounts at once with one key: one is made")
    func atOnce() async throws {
        let house = try await Self.house()
        let key = try await Self.key(in: house)
        let answers = try await withThrowingTaskGroup(of: ACMEResponse.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    let client = ACMEClient(house)
                    return try await client.post(
                        client.url("new-account"), ["externalAccountBinding": try Self.binding(client, key)])
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0.status == 201 } == 1)
        #expect(answers.count { $0.problem == "unauthorized" } == 19)
        #expect(try await house.store.accounts(limit: 100).count == 1)
    }

    @Test("the account has the policy that the operator gave with the key")
    func policy() async throws {
        let house = try await Self.house()
        let key = try await Self.key(
            in: house, policy: ACMEPolicy(permitted: [.dns(try DNSName("apps.example.internal"))]))
        var client = ACMEClient(house)
        try await client.register(["externalAccountBinding": try Self.binding(client, key)])
        #expect(try await client.order(["www.example.internal"]).problem == "rejectedIdentifier")
        #expect(try await client.order(["www.apps.example.internal"]).status == 201)
    }
}

@Suite("E12: what opens one door opens no other")
struct TokenPurposeTests {
    @Test("a binding is no request, and an account's signature no binding's")
    func bindingIsNoRequest() async throws {
        let house = try await ExternalAccountTests.house()
        let key = try await ExternalAccountTests.key(in: house)
        var client = ACMEClient(house)
        let binding = try ExternalAccountTests.binding(client, key)
        for place in ["new-account", "new-order", "revoke-cert", "key-change"] {
            #expect(await client.send(client.url(place), binding.bytes).problem == "badSignatureAlgorithm")
        }
        try await client.register(["externalAccountBinding": binding])
        #expect(try await client.order(["www.example.internal"]).status == 201)
    }

    @Test("a request for one place is refused at every other")
    func otherPlaces() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let payload = JSONValue.object([JSONMember("identifiers", [ACMEClient.identifier("www.example.internal")])])
        let places = ["new-account", "revoke-cert", "key-change", "account/\(ResourceID.random())"]
        for place in places {
            let header = [
                JSONMember("nonce", .string(try await client.nonce())),
                JSONMember("url", .string(client.url("new-order"))), try client.signer(),
            ]
            let body = try FlattenedJWS.sign(payload: payload.bytes, header: header, by: client.key).json.bytes
            #expect(await client.send(client.url(place), body).problem == "unauthorized")
        }
        #expect(try await client.post(client.url("new-order"), payload).status == 201)
    }

    @Test("a challenge's token proves nothing under another account")
    func token() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        var other = ACMEClient(house)
        try await other.register()
        for one in [client, other] { try await one.authorize(try await one.order(["www.example.internal"])) }
        await house.validate()
        let asked = house.world.questions
        #expect(Set(asked.map(\.token)).count == 2)
        #expect(Set(asked.map { $0.keyAuthorization.split(separator: ".").last }).count == 2)
    }
}

@Suite("§7.3.5: a key change that is not the holder's of both keys")
struct KeyChangeTests {
    @Test("refuses what is not signed by the new key, not about this account, not from the old key")
    func refusals() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        var other = ACMEClient(house)
        try await other.register()
        let next = SigningKey.make(.p256)
        let answers = [
            try await client.changeKey(to: next, signedBy: client.key),
            try await client.changeKey(to: next, oldKey: other.key.publicKey),
            try await client.changeKey(to: next, account: other.account),
            try await client.changeKey(to: next, innerURL: client.url("new-order")),
            try await client.changeKey(to: next, nonce: "AAAA"),
        ]
        for answer in answers { #expect(answer.problem == "malformed", "\(answer.text)") }
        let taken = try await client.changeKey(to: other.key)
        #expect(taken.status == 409)
        #expect(taken["Location"] == other.account)
        #expect(try await client.changeKey(to: next).status == 200)
    }
}
