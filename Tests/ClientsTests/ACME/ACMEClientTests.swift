import Foundation
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonTestSupport
import SymbolonTokens
import SymbolonWire
import Testing

@Suite("RFC 8555: our client goes through an order")
struct ACMEClientTests {
    @Test(
        "the honest way: account, order, proof, certificate; each request signed for its URL, with a nonce of its own")
    func honest() async throws {
        let server = try await MoodyServer.start()
        let enroller = try Enroller(server.directory)
        let chain = try await enroller.enroll()
        #expect(chain.count == 2)
        #expect(chain[0].publicKey == Enroller.key.publicKey)
        let posts = server.calls.filter { $0.header != .null }
        #expect(
            posts.map(\.resource) == [
                .newAccount, .newOrder, .authorization, .challenge, .authorization, .order, .finalize, .order,
                .certificate,
            ])
        #expect(Set(posts.map { $0.header["nonce"]?.string }).count == posts.count)
        for post in posts {
            let place = post.header["url"]?.string ?? ""
            #expect(place.hasPrefix("\(server.base)/\(post.resource.rawValue)"))
            // §6.2: the key for a new account, afterwards the account.
            let isNew = post.resource == .newAccount
            #expect((post.header["jwk"] != nil) == isNew)
            #expect(post.header["kid"]?.string == (isNew ? nil : "\(server.base)/account/1"))
        }
        // §6.5: one nonce was asked for, the others came along.
        #expect(server.count(.newNonce) == 1)
    }

    @Test("an order that is ready, with authorizations from before, needs no proof")
    func reused() async throws {
        let server = try await MoodyServer.start { answer, call in
            if call.resource == .authorization, call.before == 0 {
                answer.json = ["status": "valid", "identifier": ["type": "dns", "value": "web.example.internal"]]
            }
            if call.resource == .order, call.before == 0 { answer.json = answer.json.setting("status", "ready") }
            if call.resource == .finalize { answer.json = answer.json.setting("status", "processing") }
        }
        let failure = try await Enroller(server.directory).failure()
        // The mock certifies nothing without proof: what counts is that none was offered.
        #expect(failure != nil && server.count(.challenge) == 0 && server.count(.finalize) == 1)
    }

    @Test("§7.3.4: a key of the operator's binds the account's key to it; without one nothing is asked")
    func binding() async throws {
        let server = try await MoodyServer.start { answer, call in
            guard call.resource == .directory else { return }
            answer.json = answer.json.setting("meta", ["externalAccountRequired": true])
        }
        let client = try Enroller(server.directory).client
        await #expect(throws: ACMEClientFailure.externalAccountNeeded) { try await client.register(Enroller.account) }
        #expect(server.count(.newAccount) == 0)
        let secret = SecretBytes(copying: [UInt8](repeating: 7, count: 32))
        let account = try await client.register(
            Enroller.account, binding: ExternalAccountBinding(id: "kid-1", key: secret))
        #expect(account.url == server.base + "/account/1")
        let sent = try #require(server.calls.last { $0.resource == .newAccount }?.payload["externalAccountBinding"])
        let jws = try FlattenedJWS(sent)
        try jws.verify(mac: secret)
        #expect(jws.header["kid"] == "kid-1" && jws.header["url"] == .string(server.base + "/newAccount"))
        #expect(try JWK.parse(JSONReader.parse(jws.payload)) == Enroller.account.publicKey)
    }

    @Test("terms of service are agreed to by who runs the client, or there is no account")
    func terms() async throws {
        let server = try await MoodyServer.start { answer, call in
            guard call.resource == .directory else { return }
            answer.json = answer.json.setting("meta", ["termsOfService": "https://example.org/terms"])
        }
        let client = try Enroller(server.directory).client
        await #expect(throws: ACMEClientFailure.termsNotAgreedTo("https://example.org/terms")) {
            try await client.register(Enroller.account)
        }
        #expect(server.count(.newAccount) == 0)
        _ = try await client.register(Enroller.account, agreeingToTerms: true)
        #expect(server.calls.last?.payload["termsOfServiceAgreed"] == true)
    }

    @Test("a profile that the server has is asked for, another one is not")
    func profiles() async throws {
        let server = try await MoodyServer.start()
        let enroller = try Enroller(server.directory)
        #expect(
            try await enroller.failure(Enroller.wish(profile: "eternal"))
                == .profileNotOffered("eternal", offered: ["short", "long"]))
        #expect(server.count(.newOrder) == 0)
        _ = try await enroller.enroll(Enroller.wish(profile: "long"))
        #expect(server.calls.last { $0.resource == .newOrder }?.payload["profile"] == "long")
    }

    @Test("RFC 9773: the time to renew is asked for by the certificate's name, and the order names what it replaces")
    func renewal() async throws {
        let server = try await MoodyServer.start()
        let enroller = try Enroller(server.directory)
        let leaf = try Certificate(der: TestPKI.goodChain().leafDER)
        let answer = try #require(try await enroller.client.renewalInformation(of: leaf))
        #expect(answer.window.start == noon + 16 * .hour && answer.window.end == noon + 17 * .hour + 0.5)
        #expect(answer.askAgainAfter == 3600)
        let issuer = try #require(leaf.extensions.authorityKeyIdentifier?.keyIdentifier)
        let name = Base64URL.encode(issuer) + "." + Base64URL.encode([0x03])
        _ = try await enroller.enroll(Enroller.wish(replaces: leaf))
        #expect(server.calls.last { $0.resource == .newOrder }?.payload["replaces"] == .string(name))
    }

    @Test(
        "RFC 9773 §5: where the server will not replace, a plain order does",
        arguments: ["alreadyReplaced", "malformed"])
    func notReplaced(kind: String) async throws {
        let server = try await MoodyServer.start { answer, call in
            if call.payload["replaces"] != nil {
                let nonce = answer.nonce
                answer = .problem(kind, 409)
                answer.nonce = nonce
            }
        }
        let leaf = try Certificate(der: TestPKI.goodChain().leafDER)
        _ = try await Enroller(server.directory).enroll(Enroller.wish(replaces: leaf))
        #expect(server.count(.newOrder) == 2)
    }
}

extension JSONValue {
    /// An object with this member, in the place of one of the name.
    func setting(_ name: String, _ value: JSONValue?) -> JSONValue {
        .object((members ?? []).filter { $0.name != name } + (value.map { [JSONMember(name, $0)] } ?? []))
    }
}
