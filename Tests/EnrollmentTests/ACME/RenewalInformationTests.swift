import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import SymbolonWire
import Testing

@testable import SymbolonEnrollment

@Suite("E09: renewal information (RFC 9773)")
struct RenewalInformationTests {
    private static func name(_ certificate: Certificate, _ house: ACMEHouse) -> String {
        house.server.certificateName(
            certificate.serialNumber, of: house.authority.issuing.publicKey)
    }

    @Test("a window that begins before it ends, inside the life, and a time to ask again")
    func window() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let (_, certificate) = try await client.obtain(["www.example.internal"], in: house)
        let response = await client.get(client.url("renewal-info/\(Self.name(certificate, house))"))
        #expect(response.status == 200)
        let window = try #require(response.json["suggestedWindow"])
        let start = try #require(window["start"]?.string)
        let end = try #require(window["end"]?.string)
        #expect(start < end)
        #expect(start > CertificateTime(certificate.notBefore).description)
        #expect(end < CertificateTime(certificate.notAfter).description)
        #expect(response["Retry-After"] == "1728")
    }

    @Test("a revoked certificate is to be renewed now")
    func revoked() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let (_, certificate) = try await client.obtain(["www.example.internal"], in: house)
        #expect(try await client.revoke(certificate).status == 200)
        house.clock.advance(by: 60)
        let response = await client.get(client.url("renewal-info/\(Self.name(certificate, house))"))
        let window = try #require(response.json["suggestedWindow"])
        #expect(try #require(window["end"]?.string) <= CertificateTime(house.clock.now).description)
        #expect(try #require(window["start"]?.string) < #require(window["end"]?.string))
    }

    @Test("names that are no certificate's, or not in their one spelling", arguments: ["", ".", "AAAA.AAAA", "x.y.z"])
    func unknown(_ name: String) async throws {
        let house = try await ACMEHouse()
        let client = ACMEClient(house)
        #expect(await client.get(client.url("renewal-info/\(name)")).status == 404)
    }

    @Test("a stranger's certificate is not replaced, one's own is once")
    func replaces() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let (_, certificate) = try await client.obtain(["www.example.internal"], in: house)
        let name = Self.name(certificate, house)
        var stranger = ACMEClient(house)
        try await stranger.register()
        let refused = try await stranger.order(["www.example.internal"], replaces: name)
        #expect(refused.problem == "unauthorized")
        let nobodys = house.server.certificateName(
            try SerialNumber(magnitude: [1, 2, 3]), of: house.authority.issuing.publicKey)
        #expect(try await stranger.order(["www.example.internal"], replaces: nobodys).body == refused.body)
        #expect(try await client.order(["other.example.internal"], replaces: name).problem == "malformed")
        #expect(try await client.order(["www.example.internal"], replaces: "x").problem == "malformed")
        let order = try await client.order(["www.example.internal"], replaces: name)
        #expect(order.status == 201)
        #expect(order.json["replaces"] == .string(name))
        let again = try await client.order(["www.example.internal"], replaces: name)
        #expect(again.problem == "alreadyReplaced")
        #expect(again.status == 409)
    }

    @Test("an order that came to nothing does not keep another from replacing")
    func replacesAfterFailure() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let (_, certificate) = try await client.obtain(["www.example.internal"], in: house)
        house.clock.advance(by: 9 * 3600)
        let name = Self.name(certificate, house)
        let first = try await client.order(["www.example.internal"], replaces: name)
        house.world.fail(
            "www.example.internal", with: ValidationFailure(.incorrectResponse, "not it", isTransient: false))
        try await client.authorize(first)
        await house.validate()
        #expect(try await client.order(["www.example.internal"], replaces: name).status == 201)
    }

    @Test("twenty at once: one replaces")
    func atOnce() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let (_, certificate) = try await client.obtain(["www.example.internal"], in: house)
        let name = Self.name(certificate, house)
        let one = client
        let answers = try await withThrowingTaskGroup(of: ACMEResponse.self) { group in
            for _ in 0..<20 { group.addTask { try await one.order(["www.example.internal"], replaces: name) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0.status == 201 } == 1)
        #expect(answers.count { $0.problem == "alreadyReplaced" } == 19)
    }
}
