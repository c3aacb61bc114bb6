import SymbolonKeys
import SymbolonTestSupport
import SymbolonTokens
import SymbolonWire
import Testing

@testable import SymbolonEnrollment

/// One thing wrong with a request that is otherwise honest.
struct WrongEnvelope: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let problem: String
    let status: Int
    let body: @Sendable (ACMEClient, String) async throws -> [UInt8]

    init(
        _ what: String, _ problem: String, _ status: Int = 400,
        body: @escaping @Sendable (ACMEClient, String) async throws -> [UInt8]
    ) {
        testDescription = what
        self.problem = problem
        self.status = status
        self.body = body
    }
}

@Suite("E01: the envelope of a request (RFC 8555 §6.2 to §6.5)")
struct EnvelopeTests {
    private static func members(_ client: ACMEClient, _ url: String) async throws -> [JSONMember] {
        [JSONMember("nonce", .string(try await client.nonce())), JSONMember("url", .string(url)), try client.signer()]
    }

    private static func honest(_ client: ACMEClient, _ url: String) async throws -> JSONValue {
        try FlattenedJWS.sign(payload: payload, header: await members(client, url), by: client.key).json
    }

    private static let payload = JSONValue.object([
        JSONMember("identifiers", [ACMEClient.identifier("www.example.internal")])
    ]).bytes

    /// The envelope with another protected header, which the signature then does not fit.
    private static func header(
        _ client: ACMEClient, _ url: String, _ change: (inout [JSONMember]) throws -> Void
    ) async throws -> [UInt8] {
        var members = [JSONMember("alg", "ES256")] + (try await members(client, url))
        try change(&members)
        return JSONValue.object([
            JSONMember("protected", .string(Base64URL.encode(JSONValue.object(members).bytes))),
            JSONMember("payload", .string(Base64URL.encode(payload))), JSONMember("signature", "AAAA"),
        ]).bytes
    }

    static let wrong = [
        WrongEnvelope("algorithm none", "badSignatureAlgorithm") { client, url in
            try await header(client, url) { $0[0] = JSONMember("alg", "none") }
        },
        WrongEnvelope("a MAC", "badSignatureAlgorithm") { client, url in
            FlattenedJWS.mac(
                payload: payload, header: try await members(client, url),
                by: SecretBytes(copying: client.key.publicKey.subjectPublicKeyInfo)
            ).json.bytes
        },
        WrongEnvelope("the algorithm of another kind of key", "badSignatureAlgorithm") { client, url in
            try await header(client, url) { $0[0] = JSONMember("alg", "EdDSA") }
        },
        WrongEnvelope("no algorithm", "malformed") { client, url in
            try await header(client, url) { $0.removeFirst() }
        },
        WrongEnvelope("both jwk and kid", "malformed") { client, url in
            try await header(client, url) {
                $0.append(JSONMember("jwk", try #require(JWK.json(client.key.publicKey))))
            }
        },
        WrongEnvelope("neither jwk nor kid", "malformed") { client, url in
            try await header(client, url) { $0.removeLast() }
        },
        WrongEnvelope("jwk where kid belongs", "malformed") { client, url in
            var anonymous = client
            anonymous.account = nil
            return try await honest(anonymous, url).bytes
        },
        WrongEnvelope("a critical extension", "malformed") { client, url in
            try await header(client, url) { $0.append(JSONMember("crit", ["b64"])) }
        },
        WrongEnvelope("the url of another endpoint", "unauthorized", 403) { client, _ in
            try await honest(client, client.url("new-account")).bytes
        },
        WrongEnvelope("the url of another host", "unauthorized", 403) { client, _ in
            try await honest(client, "https://other.example.internal/acme/new-order").bytes
        },
        WrongEnvelope("no nonce", "malformed") { client, url in
            try await header(client, url) { $0.removeAll { $0.name == "nonce" } }
        },
        WrongEnvelope("a nonce made up", "badNonce") { client, url in
            try FlattenedJWS.sign(
                payload: payload,
                header: [
                    JSONMember("nonce", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), JSONMember("url", .string(url)),
                    try client.signer(),
                ], by: client.key
            ).json.bytes
        },
        WrongEnvelope("an unprotected header", "malformed") { client, url in
            try await honest(client, url).adding("header", ["kid": "other"]).bytes
        },
        WrongEnvelope("two signatures", "malformed") { client, url in
            try await honest(client, url).adding("signatures", [["signature": "AA"], ["signature": "AA"]]).bytes
        },
        WrongEnvelope("padding in base64url", "malformed") { client, url in
            try await honest(client, url).replacing("payload") { $0 + "=" }.bytes
        },
        WrongEnvelope("another payload under the signature", "malformed") { client, url in
            try await honest(client, url).replacing("payload") { _ in "e30" }.bytes
        },
        WrongEnvelope("another's signature", "malformed") { client, url in
            try FlattenedJWS.sign(
                payload: payload, header: await members(client, url), by: .make(.p256)
            ).json.bytes
        },
        WrongEnvelope("an account that is not there", "accountDoesNotExist") { client, url in
            var stranger = client
            stranger.account = client.url("account/\(ResourceID.random())")
            return try await honest(stranger, url).bytes
        },
        WrongEnvelope("no JSON", "malformed") { _, _ in Array("protected".utf8) },
        WrongEnvelope("a member twice", "malformed") { client, url in
            let honest = String(decoding: try await honest(client, url).bytes, as: UTF8.self)
            return Array((honest.dropLast() + ",\"payload\":\"\"}").utf8)
        },
    ]

    @Test("refuses, and gives a fresh nonce", arguments: wrong)
    func refusal(_ one: WrongEnvelope) async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let url = client.url("new-order")
        let response = await client.send(url, try await one.body(client, url))
        #expect(response.problem == one.problem, "\(response.text)")
        #expect(response.status == one.status)
        #expect(response.contentType == "application/problem+json")
        let fresh = try #require(response["Replay-Nonce"])
        #expect(house.server.nonces.use(fresh))
    }

    @Test("the honest twin is taken")
    func honestTwin() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let url = client.url("new-order")
        #expect(await client.send(url, try await Self.honest(client, url).bytes).status == 201)
    }

    @Test("a nonce is taken once, by the server that gave it")
    func replay() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let url = client.url("new-order")
        let body = try await Self.honest(client, url).bytes
        #expect(await client.send(url, body).status == 201)
        #expect(await client.send(url, body).problem == "badNonce")
        let other = ACMEClient(house.otherServer(), key: client.key, account: client.account)
        let response = await other.send(url, try await Self.honest(client, url).bytes)
        #expect(response.problem == "badNonce")
        #expect(response["Replay-Nonce"] != nil)
    }

    @Test("a nonce that a window of others followed is not taken any more")
    func oldNonce() {
        let source = NonceSource(window: 128)
        let old = source.make()
        let kept = source.make()
        for _ in 2...source.window { _ = source.make() }
        #expect(source.use(kept))
        #expect(!source.use(old))
        #expect(!source.use(kept))
    }

    @Test("a nonce whose code is another is not taken, given out lately or long ago, and leaves the honest one")
    func forgedNonce() throws {
        let source = NonceSource(window: 128)
        let old = source.make()
        for _ in 0..<100 { _ = source.make() }
        for nonce in [old, source.make()] {
            var octets = try Base64URL.decode(nonce)
            octets[octets.count - 1] ^= 1
            #expect(!source.use(Base64URL.encode(octets)))
            #expect(source.use(nonce))
        }
    }

    @Test("the algorithms that are taken are told with badSignatureAlgorithm")
    func algorithms() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let url = client.url("new-order")
        let body = try await Self.header(client, url) { $0[0] = JSONMember("alg", "HS256") }
        #expect(
            try await client.send(url, body).json.texts("algorithms") == ["ES256", "ES384", "ES512", "RS256", "EdDSA"])
    }

    @Test("another content type, and another method, are refused")
    func methods() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let url = client.url("new-order")
        let body = try await Self.honest(client, url).bytes
        #expect(await client.send(url, body, contentType: "application/json").status == 415)
        let response = await client.get(url)
        #expect(response.status == 405)
        #expect(response["Allow"] == "POST")
        #expect(await client.get(client.url("directory"), .other("DELETE")).status == 405)
        #expect(await client.get(client.url("new-authz")).status == 404)
    }
}

extension JSONValue {
    func adding(_ name: String, _ value: JSONValue) -> JSONValue {
        .object((members ?? []) + [JSONMember(name, value)])
    }

    func replacing(_ name: String, _ change: (String) -> String) -> JSONValue {
        .object(
            (members ?? []).map { member in
                member.name == name ? JSONMember(name, .string(change(member.value.string ?? ""))) : member
            })
    }
}
