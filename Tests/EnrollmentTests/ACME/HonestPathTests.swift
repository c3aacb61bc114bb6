import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonTokens
import SymbolonWire
import Testing

@testable import SymbolonEnrollment

@Suite("RFC 8555: from nothing to a certificate, and back")
struct HonestPathTests {
    @Test("a name becomes a certificate for both ends, with an identity of its own")
    func name() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let (order, certificate) = try await client.obtain(["www.example.internal"], in: house)
        #expect(order.json["profile"] == "workload")
        #expect(certificate.extensions.extendedKeyUsage?.purposes == [.serverAuth, .clientAuth])
        let names = try #require(certificate.extensions.subjectAlternativeNames).map { try $0.subjectName() }
        #expect(
            names == [
                .spiffe(try SPIFFEID("spiffe://example.internal/host/www.example.internal")),
                .dns(try DNSPattern("www.example.internal")),
            ])
        #expect(
            try house.auditKinds() == [
                .authorityCreated, .acmeAccountCreated, .acmeOrderCreated, .acmeAuthorizationValidated,
                .certificateIntended, .certificateIssued,
            ])
        let validated = try #require(try house.auditEvents().first { $0.kind == .acmeAuthorizationValidated })
        #expect(validated.subject == "dns:www.example.internal")
        #expect(validated.details["challenge"] == "http-01")
        #expect(validated.details["seenAt"] == "192.0.2.7:80")
    }

    @Test("the key authorization is the token and the thumbprint of the account key")
    func keyAuthorization() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        _ = try await client.obtain(["www.example.internal"], in: house)
        let question = try #require(house.world.questions.first)
        #expect(question.keyAuthorization == "\(question.token).\(try #require(JWK.thumbprint(client.key.publicKey)))")
        #expect(question.token.utf8.count == 43)
    }

    @Test("a wildcard takes dns-01 alone, and is for servers")
    func wildcard() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let order = try await client.order(["*.apps.example.internal"])
        let authorization = try await client.post(try order.json.texts("authorizations")[0], nil).json
        #expect(authorization["wildcard"] == true)
        #expect(authorization["identifier"] == ["type": "dns", "value": "apps.example.internal"])
        #expect(authorization["challenges"]?.array?.map { $0["type"] } == ["dns-01"])
        let (_, certificate) = try await client.obtain(["*.apps.example.internal"], in: house)
        #expect(certificate.extensions.extendedKeyUsage?.purposes == [.serverAuth])
        #expect(house.world.questions.last?.identifier.description == "dns:apps.example.internal")
    }

    @Test("an address takes http-01 and tls-alpn-01 (RFC 8738)")
    func address() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let order = try await client.order(["fd00::1"])
        let authorization = try await client.post(try order.json.texts("authorizations")[0], nil).json
        #expect(authorization["challenges"]?.array?.map { $0["type"] } == ["http-01", "tls-alpn-01"])
        let (_, certificate) = try await client.obtain(["fd00::1"], in: house)
        let names = try #require(certificate.extensions.subjectAlternativeNames).map { try $0.subjectName() }
        #expect(names.first == .spiffe(try SPIFFEID("spiffe://example.internal/address/fd00--1")))
    }

    @Test("every kind of account key that a client may have", arguments: KeyAlgorithm.allCases)
    func accountKeys(_ algorithm: KeyAlgorithm) async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house, key: .make(algorithm))
        try await client.register()
        #expect(try await client.order(["www.example.internal"]).status == 201)
    }

    @Test("the directory says what there is, and every answer leads back to it")
    func directory() async throws {
        let house = try await ACMEHouse()
        let client = ACMEClient(house)
        let directory = await client.get(client.url("directory"))
        #expect(directory.json["newOrder"] == .string(client.url("new-order")))
        #expect(directory.json["newAuthz"] == nil)
        #expect(directory.json["meta"]?["profiles"]?["workload"] != nil)
        let nonce = await client.get(client.url("new-nonce"))
        #expect(nonce.status == 204)
        #expect(nonce["Cache-Control"] == "no-store")
        #expect(nonce["Link"] == "<\(client.url("directory"))>;rel=\"index\"")
        #expect(await client.get(client.url("new-nonce"), .head).status == 200)
    }

    @Test("the same key finds its account again, and a client may ask only that")
    func sameAccount() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        let asking = try await client.post(client.url("new-account"), ["onlyReturnExisting": true])
        #expect(asking.problem == "accountDoesNotExist")
        try await client.register()
        let known = client.account
        try await client.register(["onlyReturnExisting": true])
        #expect(client.account == known)
        #expect(try house.auditKinds().filter { $0 == .acmeAccountCreated }.count == 1)
    }

    @Test("orders are listed in pages, and none twice")
    func pages() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        var made: [String] = []
        for number in 0..<(ACMEServer.ordersOnPage + 3) {
            made.append(try #require(try await client.order(["n\(number).example.internal"])["Location"]))
        }
        let account = try #require(client.account)
        let first = try await client.post(account + "/orders", nil)
        let link = try #require(first.headers.first { $0.name == "Link" && $0.value.contains("next") }?.value)
        let next = String(link.dropFirst().prefix { $0 != ">" })
        let second = try await client.post(next, nil)
        #expect(try first.json.texts("orders") + second.json.texts("orders") == made)
        #expect(!second.headers.contains { $0.value.contains("next") })
    }

    @Test("a key is changed (§7.3.5): the new one is known, the old one is not")
    func keyChange() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let next = SigningKey.make(.p384)
        let response = try await client.changeKey(to: next)
        #expect(response.status == 200, "\(response.text)")
        let after = ACMEClient(house.server, key: next, account: client.account)
        #expect(try await after.order(["www.example.internal"]).status == 201)
        #expect(try await client.order(["www.example.internal"]).status == 400)
        #expect(try house.auditKinds().contains(.acmeKeyChanged))
    }

    @Test("a deactivated account does nothing more (§7.3.6)")
    func deactivated() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let account = try #require(client.account)
        #expect(try await client.post(account, ["status": "deactivated"]).json["status"] == "deactivated")
        let refused = try await client.order(["www.example.internal"])
        #expect(refused.status == 401)
        #expect(refused.problem == "unauthorized")
        var again = client
        again.account = nil
        #expect(try await again.post(again.url("new-account"), [:]).status == 401)
    }

    @Test("a look that fails in passing is taken again, and one that fails for good is told")
    func retries() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let order = try await client.order(["www.example.internal"])
        house.world.fail(
            "www.example.internal", with: ValidationFailure(.connection, "nobody listens", isTransient: true))
        try await client.authorize(order, "http-01")
        await house.validate()
        let url = try order.json.texts("authorizations")[0]
        var authorization = try await client.post(url, nil)
        #expect(authorization.json["status"] == "pending")
        #expect(authorization["Retry-After"] == "1")
        house.world.fail("www.example.internal", with: nil)
        await house.validate()
        authorization = try await client.post(url, nil)
        #expect(authorization.json["status"] == "valid")
        #expect(authorization.json["challenges"]?.array?.count == 1)

        let other = try await client.order(["other.example.internal"])
        house.world.fail(
            "other.example.internal", with: ValidationFailure(.incorrectResponse, "not it", isTransient: false))
        try await client.authorize(other, "http-01")
        await house.validate()
        let failed = try await client.post(try #require(other["Location"]), nil).json
        #expect(failed["status"] == "invalid")
        #expect(failed["error"]?["type"] == "urn:ietf:params:acme:error:incorrectResponse")
        #expect(try house.auditKinds().contains(.acmeAuthorizationFailed))
    }

    @Test("a pending look outlives the server that began it")
    func restart() async throws {
        let house = try await ACMEHouse(firstLook: .zero)
        var client = ACMEClient(house)
        try await client.register()
        let order = try await client.order(["www.example.internal"])
        try await client.authorize(order)
        let other = house.otherServer()
        await other.validateDue()
        #expect(house.world.questions.isEmpty, "nobody looks while the first still may")
        house.clock.advance(by: ACMEServer.lease + 1)
        await other.validateDue()
        #expect(house.world.questions.count == 1)
        #expect(try await client.post(try #require(order["Location"]), nil).json["status"] == "ready")
    }
}
