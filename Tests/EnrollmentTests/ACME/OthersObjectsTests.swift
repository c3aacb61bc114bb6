import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonWire
import Testing

@testable import SymbolonEnrollment

@Suite("E02: what belongs to another account is as if it were not there")
struct OthersObjectsTests {
    /// Where something of another account's is, and how it is asked for.
    static let asked: [(what: String, payload: JSONValue?)] = [
        ("order", nil), ("finalize", ["csr": "MAA"]), ("authorization", nil),
        ("authorization", ["status": "deactivated"]), ("challenge", [:]), ("challenge", nil), ("certificate", nil),
        ("account", nil), ("account", ["status": "deactivated"]), ("orders", nil),
    ]

    @Test("another's is refused in the words in which nobody's is", arguments: asked.indices)
    func refusal(_ index: Int) async throws {
        let (what, payload) = Self.asked[index]
        let house = try await ACMEHouse()
        var owner = ACMEClient(house)
        try await owner.register()
        let urls = try await Self.urls(of: owner, in: house)
        var stranger = ACMEClient(house)
        try await stranger.register()
        let url = try #require(urls[what])
        let others = try await stranger.post(url, payload)
        let nobodys = try await stranger.post(Self.elsewhere(url), payload)
        #expect(others.problem == "unauthorized", "\(others.text)")
        #expect(others.status == 403)
        #expect(others.body == nobodys.body)
        #expect(others.status == nobodys.status)
        // The honest twin: its owner is let in, but for what is over already.
        let own = try await owner.post(url, payload)
        #expect(own.problem != "unauthorized", "\(own.text)")
    }

    private static func urls(of owner: ACMEClient, in house: ACMEHouse) async throws -> [String: String] {
        let (order, _) = try await owner.obtain(["www.example.internal"], in: house)
        let open = try await owner.order(["open.example.internal"])
        let authorization = try open.json.texts("authorizations")[0]
        let challenges = try #require(try await owner.post(authorization, nil).json["challenges"]?.array)
        return [
            "order": try #require(open["Location"]), "finalize": try #require(open.json["finalize"]?.string),
            "authorization": authorization, "challenge": try #require(challenges[0]["url"]?.string),
            "certificate": try #require(order.json["certificate"]?.string),
            "account": try #require(owner.account), "orders": try #require(owner.account) + "/orders",
        ]
    }

    /// The same URL with another name in it.
    private static func elsewhere(_ url: String) -> String {
        var parts = url.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isCertificate = url.contains("/certificate/")
        parts[5] = isCertificate ? "01" + String(repeating: "ab", count: 19) : ResourceID.random().description
        return parts.joined(separator: "/")
    }

    @Test("R11: another's certificate is not revoked, and its owner revokes it")
    func revocation() async throws {
        let house = try await ACMEHouse()
        var owner = ACMEClient(house)
        try await owner.register()
        let (_, certificate) = try await owner.obtain(["www.example.internal"], in: house)
        var stranger = ACMEClient(house)
        try await stranger.register()
        #expect(try await stranger.revoke(certificate).problem == "unauthorized")
        #expect(try await owner.revoke(certificate).status == 200)
        #expect(try await owner.revoke(certificate).problem == "alreadyRevoked")
    }
}

@Suite("RFC 8555 §7.6: who may revoke, and why")
struct RevocationTests {
    @Test("an account that is authorized for all the names may, one that lacks one may not")
    func authorizedForAll() async throws {
        let house = try await ACMEHouse()
        var owner = ACMEClient(house)
        try await owner.register()
        let (_, certificate) = try await owner.obtain(["a.example.internal", "b.example.internal"], in: house)
        var other = ACMEClient(house)
        try await other.register()
        _ = try await other.obtain(["a.example.internal"], in: house)
        #expect(try await other.revoke(certificate).problem == "unauthorized")
        _ = try await other.obtain(["b.example.internal"], in: house)
        #expect(try await other.revoke(certificate).status == 200)
    }

    @Test("the certificate's own key may, another key may not; a key that is given up is blocked (C05)")
    func byKey() async throws {
        let house = try await ACMEHouse()
        var owner = ACMEClient(house)
        try await owner.register()
        let key = SigningKey.make(.p256)
        let (_, certificate) = try await owner.obtain(["www.example.internal"], in: house, key: key)
        let stranger = ACMEClient(house)
        #expect(try await stranger.revoke(certificate).problem == "unauthorized")
        let holder = ACMEClient(house.server, key: key, account: nil)
        #expect(try await holder.revoke(certificate, reason: 1).status == 200)
        // From now on nobody gets a certificate for it, nor an account.
        let order = try await owner.order(["www.example.internal"])
        let refused = try await owner.finalize(order, ACMEClient.request(["www.example.internal"], key: key))
        #expect(refused.json["status"] == "invalid", "\(refused.text)")
        #expect(try await holder.post(holder.url("new-account"), [:]).problem == "badPublicKey")
    }

    @Test("R12: only the certificate's key raises a reason to keyCompromise, nobody lowers it, and the date is kept")
    func raising() async throws {
        let house = try await ACMEHouse()
        var owner = ACMEClient(house)
        try await owner.register()
        let key = SigningKey.make(.p256)
        let (_, certificate) = try await owner.obtain(["www.example.internal"], in: house, key: key)
        let revokedAt = house.clock.now
        #expect(try await owner.revoke(certificate, reason: 4).status == 200)
        house.clock.advance(by: 60)
        #expect(try await owner.revoke(certificate, reason: 1).problem == "alreadyRevoked")
        let holder = ACMEClient(house.server, key: key, account: nil)
        #expect(try await holder.revoke(certificate, reason: 4).problem == "alreadyRevoked")
        #expect(try await holder.revoke(certificate, reason: 1).status == 200)
        #expect(try await holder.revoke(certificate, reason: 4).problem == "alreadyRevoked")
        #expect(try await owner.revoke(certificate, reason: 4).problem == "alreadyRevoked")
        let record = try await house.authority.record(of: certificate.serialNumber)
        #expect(
            record?.state
                == .revoked(Revocation(.keyCompromise, since: revokedAt), certificate: certificate.der))
    }

    @Test("reasons that are no subscriber's are refused", arguments: [2, 6, 7, 8, 10, 11, -1])
    func reasons(_ code: Int64) async throws {
        let house = try await ACMEHouse()
        var owner = ACMEClient(house)
        try await owner.register()
        let (_, certificate) = try await owner.obtain(["www.example.internal"], in: house)
        #expect(try await owner.revoke(certificate, reason: code).problem == "badRevocationReason")
        #expect(try await owner.revoke(certificate, reason: 4).status == 200)
    }
}

extension ACMEClient {
    func revoke(_ certificate: Certificate, reason: Int64? = nil) async throws -> ACMEResponse {
        var members = [JSONMember("certificate", .string(Base64URL.encode(certificate.der)))]
        if let reason { members.append(JSONMember("reason", .integer(reason))) }
        return try await post(url("revoke-cert"), .object(members))
    }
}
