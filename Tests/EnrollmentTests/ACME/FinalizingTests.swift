import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonWire
import Testing

@testable import SymbolonEnrollment

@Suite("E03: one order, one certificate")
struct OneCertificateTests {
    @Test("too early is orderNotReady; when it is ready it is issued; twice is orderNotReady")
    func earlyAndTwice() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let order = try await client.order(["www.example.internal"])
        let request = try ACMEClient.request(["www.example.internal"])
        let early = try await client.finalize(order, request)
        #expect(early.problem == "orderNotReady")
        #expect(early.status == 403)
        try await client.authorize(order)
        await house.validate()
        #expect(try await client.finalize(order, request).json["status"] == "valid")
        #expect(try await client.finalize(order, request).problem == "orderNotReady")
        #expect(try house.auditKinds().filter { $0 == .certificateIssued }.count == 1)
    }

    @Test("fifty at once on two servers: exactly one certificate")
    func atOnce() async throws {
        let house = try await ACMEHouse()
        let (client, order) = try await house.readyOrder("www.example.internal")
        let other = ACMEClient(house.otherServer(), key: client.key, account: client.account)
        let request = try ACMEClient.request(["www.example.internal"])
        let answers = try await withThrowingTaskGroup(of: ACMEResponse.self) { group in
            for number in 0..<50 {
                group.addTask {
                    try await (number.isMultiple(of: 2) ? client : other).finalize(order, request)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0.status == 200 } == 1)
        #expect(answers.allSatisfy { $0.status == 200 || $0.problem == "orderNotReady" })
        #expect(house.certificates.snapshot.records.count == 1)
    }

    @Test("an order whose server ended while it issued is finished by another, with the one certificate")
    func takenUp() async throws {
        let house = try await ACMEHouse()
        let (client, order) = try await house.readyOrder("www.example.internal")
        // The authority's store fails after the order was claimed: what is left is an order in processing.
        house.certificates.fail(.complete, with: .unavailable("the disk is gone"))
        let request = try ACMEClient.request(["www.example.internal"])
        let answer = try await client.finalize(order, request)
        #expect(answer.json["status"] == "processing")
        #expect(answer["Retry-After"] == "2")
        house.certificates.mend()
        let other = house.otherServer()
        await other.finishUnfinishedOrders()
        let url = try #require(order["Location"])
        #expect(try await client.post(url, nil).json["status"] == "processing", "the first still may")
        house.clock.advance(by: ACMEServer.finalizationLease + 1)
        await other.finishUnfinishedOrders()
        let finished = try await client.post(url, nil)
        #expect(finished.json["status"] == "valid")
        #expect(try await client.download(finished).publicKey == request.publicKey)
        #expect(try house.auditKinds().filter { $0 == .certificateIssued }.count == 1)
    }

    @Test("a certificate that was issued before its server ended is the order's")
    func alreadyIssued() async throws {
        let house = try await ACMEHouse()
        let (client, order) = try await house.readyOrder("www.example.internal")
        let location = try #require(order["Location"])
        let id = try #require(ResourceID(location.split(separator: "/").last ?? ""))
        let record = try #require(try await house.store.order(id))
        let request = try ACMEClient.request(["www.example.internal"])
        var claimed = record.order
        claimed.begin(ACMEOrder.Finalization(request: request.der, since: house.clock.now))
        var decision = ACMEDecision()
        decision.orders = [claimed]
        #expect(try await house.store.commit(decision) == .done)
        let issued = try await house.authority.issue(
            IssuanceRequest(
                profile: .workload, name: "host/www.example.internal",
                names: record.order.identifiers.map(\.subjectName), publicKey: request.publicKey,
                actor: record.order.actor))
        house.clock.advance(by: ACMEServer.finalizationLease + 1)
        await house.server.finishUnfinishedOrders()
        let finished = try await client.post(try #require(order["Location"]), nil)
        #expect(try await client.download(finished).serialNumber == issued.serialNumber)
        #expect(house.certificates.snapshot.records.count == 1)
    }
}

/// A request that is not for the order it is handed in with.
struct WrongRequest: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// What the applicant is told, beside `badCSR`.
    let says: String
    let request: @Sendable (SigningKey) throws -> CertificateRequest
}

@Suite("E04, C07: the request is for the order, and for nothing else")
struct RequestTests {
    private static let key = TestKeys.key("acme certificate")
    private static let www = "www.example.internal"

    private static func request(_ extensions: [Extension]) throws -> CertificateRequest {
        try CertificateRequest.make(subject: .empty, extensions: extensions, key: key)
    }

    private static var names: Extension {
        .subjectAlternativeName([.dns(www)], isCritical: true)
    }

    static let wrong = [
        WrongRequest(testDescription: "a name more", says: "names dns:other.example.internal, not ordered") { _ in
            try ACMEClient.request([www, "other.example.internal"], key: key)
        },
        WrongRequest(testDescription: "another name", says: "lacks dns:www.example.internal, which was ordered") { _ in
            try ACMEClient.request(["other.example.internal"], key: key)
        },
        WrongRequest(testDescription: "no name", says: "lacks dns:www.example.internal, which was ordered") { _ in
            try ACMEClient.request([], key: key)
        },
        WrongRequest(testDescription: "an address more", says: "names ip:10.0.0.1, not ordered") { _ in
            try ACMEClient.request([www, "10.0.0.1"], key: key)
        },
        WrongRequest(testDescription: "a wildcard in its place", says: "names dns:*.example.internal, not ordered") {
            _ in
            try ACMEClient.request(["*.example.internal"], key: key)
        },
        WrongRequest(testDescription: "a mailbox more", says: "something else than DNS names and addresses") { _ in
            try request([.subjectAlternativeName([.dns(www), .mail("root@example.internal")], isCritical: true)])
        },
        WrongRequest(testDescription: "an identity more", says: "something else than DNS names and addresses") { _ in
            try request([
                .subjectAlternativeName(
                    [.dns(www), .uri("spiffe://example.internal/authority/root")], isCritical: true)
            ])
        },
        WrongRequest(testDescription: "another common name", says: "other.example.internal\" was not ordered") { _ in
            try CertificateRequest.make(
                subject: DistinguishedName(commonName: "other.example.internal", organization: "x"),
                extensions: [names], key: key)
        },
        WrongRequest(testDescription: "an authority's certificate", says: "") { _ in
            try request([names, .basicConstraints(BasicConstraints(isAuthority: true, pathLength: 0))])
        },
        WrongRequest(testDescription: "the usage of an authority", says: "") { _ in
            try request([names, .keyUsage([.digitalSignature, .keyCertSign])])
        },
        WrongRequest(testDescription: "a purpose that the profile lacks", says: "") { _ in
            try request([names, .extendedKeyUsage(ExtendedKeyUsage(.serverAuth, .codeSigning))])
        },
        WrongRequest(testDescription: "the account's key", says: "the account's") { account in
            try ACMEClient.request([www], key: account)
        },
    ]

    @Test("refuses", arguments: wrong)
    func refusal(_ one: WrongRequest) async throws {
        let house = try await ACMEHouse()
        let (client, order) = try await house.readyOrder(Self.www)
        let refused = try await client.finalize(order, one.request(client.key))
        #expect(refused.problem == "badCSR", "\(refused.text)")
        let isSaid = one.says.isEmpty || refused.json["detail"]?.string?.contains(one.says) == true
        #expect(isSaid, "\(refused.text)")
        // The honest twin: the order is still good for the request that it is for.
        let request = try Self.request([Self.names, .extendedKeyUsage(ExtendedKeyUsage(.clientAuth))])
        #expect(try await client.finalize(order, request).json["status"] == "valid")
    }

    @Test("a request whose signature is another's proves no possession")
    func possession() async throws {
        let house = try await ACMEHouse()
        let (client, order) = try await house.readyOrder(Self.www)
        var der = try ACMEClient.request([Self.www], key: Self.key).der
        der[der.count - 1] ^= 1
        let url = try #require(order.json["finalize"]?.string)
        #expect(try await client.post(url, ["csr": .string(Base64URL.encode(der))]).problem == "badCSR")
    }

    @Test("C05: a certificate's key is no account's, also no other account's")
    func anotherAccountsKey() async throws {
        let house = try await ACMEHouse()
        let (client, order) = try await house.readyOrder(Self.www)
        var other = ACMEClient(house)
        try await other.register()
        #expect(try await client.finalize(order, ACMEClient.request([Self.www], key: other.key)).problem == "badCSR")
    }

    @Test("C05: a weak key, and the authority's own key, make no account")
    func accountKeys() async throws {
        let house = try await ACMEHouse()
        let key = try #require(house.authority.issuing.publicKey)
        #expect(house.authority.isOwn(key.fingerprint))
        try await house.authority.block(
            TestKeys.key("blocked").publicKey.fingerprint, because: "known to others", actor: "operator")
        let blocked = ACMEClient(house, key: TestKeys.key("blocked"))
        #expect(try await blocked.post(blocked.url("new-account"), [:]).problem == "badPublicKey")
        var honest = ACMEClient(house)
        try await honest.register()
        #expect(try await honest.changeKey(to: TestKeys.key("blocked")).problem == "badPublicKey")
        #expect(try await honest.changeKey(to: .make(.p256)).status == 200)
    }
}

@Suite("E08: an authorization is not good for ever, and CAA is asked again")
struct AuthorizationLifeTests {
    @Test("a ready order is not ready when an authorization of it has ended")
    func ended() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let order = try await client.order(["a.example.internal", "b.example.internal"])
        try await client.authorize(order)
        await house.validate()
        house.clock.advance(by: 8 * 3600)
        let request = try ACMEClient.request(["a.example.internal", "b.example.internal"])
        let refused = try await client.finalize(order, request)
        #expect(refused.problem == "orderNotReady")
    }

    @Test("an authorization is used again for as long as it lives, and not after")
    func reuse() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        _ = try await client.obtain(["www.example.internal"], in: house)
        #expect(try await client.order(["www.example.internal"]).json["status"] == "ready")
        #expect(try await client.order(["*.www.example.internal"]).json["status"] == "pending")
        var other = ACMEClient(house)
        try await other.register()
        #expect(try await other.order(["www.example.internal"]).json["status"] == "pending")
        house.clock.advance(by: 8 * 3600)
        #expect(try await client.order(["www.example.internal"]).json["status"] == "pending")
    }

    @Test("records that changed after the validation stop the issuance, naming each")
    func caaAgain() async throws {
        let house = try await ACMEHouse(caa: true)
        var client = ACMEClient(house)
        try await client.register()
        let names = ["a.example.internal", "b.example.internal", "c.example.internal"]
        let order = try await client.order(names)
        try await client.authorize(order)
        await house.validate()
        house.world.forbid("b.example.internal", with: ValidationFailure(.caa, "issue \";\"", isTransient: false))
        let refused = try await client.finalize(order, ACMEClient.request(names))
        #expect(refused.problem == "caa")
        #expect(refused.json["subproblems"]?.array?.map { $0["identifier"]?["value"] } == ["b.example.internal"])
        house.world.forbid("b.example.internal", with: nil)
        #expect(try await client.finalize(order, ACMEClient.request(names)).json["status"] == "valid")
        let asked = house.world.caaQuestions
        #expect(asked.count == 9)
        #expect(asked.allSatisfy { $0.method == .http01 && $0.accountURL.contains("/acme/account/") })
    }

    @Test("a deactivated authorization makes no order ready")
    func deactivated() async throws {
        let house = try await ACMEHouse()
        let (client, order) = try await house.readyOrder("www.example.internal")
        let url = try order.json.texts("authorizations")[0]
        #expect(try await client.post(url, ["status": "deactivated"]).json["status"] == "deactivated")
        let refused = try await client.finalize(order, ACMEClient.request(["www.example.internal"]))
        #expect(refused.problem == "orderNotReady")
    }
}
