import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonTokens
import SymbolonWire
import Testing

@testable import SymbolonEnrollment

@Suite("C09: each name is looked at by itself")
struct EveryNameTests {
    @Test("an order with one forbidden name is refused, naming it", arguments: [2, 10, 100])
    func oneForbidden(_ count: Int) async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let honest = (0..<count).map { "n\($0).example.internal" }
        for position in Set([0, 1, count / 2, count - 1]) {
            var names = honest
            names[position] = "www.elsewhere.test"
            let refused = try await client.order(names)
            #expect(refused.problem == "rejectedIdentifier")
            #expect(
                refused.json["subproblems"]?.array?.map { $0["identifier"]?["value"] } == ["www.elsewhere.test"])
        }
        #expect(try await client.order(honest).status == 201)
    }

    @Test("more names than a certificate has are refused")
    func tooMany() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        #expect(try await client.order((0...100).map { "n\($0).example.internal" }).problem == "malformed")
    }
}

@Suite("E18, C08: limits count a name in its one spelling")
struct LimitTests {
    @Test("upper case is the same name, and other spellings are none")
    func spelling() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let order = try await client.order(["WWW.Example.Internal", "www.example.internal"])
        #expect(order.json["identifiers"] == [["type": "dns", "value": "www.example.internal"]])
        for spelling in [
            "www.example.internal.", "www..example.internal", "w*.example.internal", "www.example.internal\u{0}",
            "wẃw.example.internal", "_www.example.internal", "10.0.0.1.example.internal\n", "",
        ] {
            let refused = try await client.post(
                client.url("new-order"), ["identifiers": [["type": "dns", "value": .string(spelling)]]])
            #expect(refused.problem == "malformed", "\(spelling)")
        }
        for spelling in ["010.0.0.1", "FD00::1", "fd00:0::1", "[fd00::1]", "fd00::1%eth0"] {
            let refused = try await client.post(
                client.url("new-order"), ["identifiers": [["type": "ip", "value": .string(spelling)]]])
            #expect(refused.problem == "malformed", "\(spelling)")
        }
    }

    @Test("a pair of account and name that always fails is paused, however it is spelled; others are not")
    func paused() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        house.world.fail(
            "www.example.internal", with: ValidationFailure(.incorrectResponse, "not it", isTransient: false))
        for spelling in ["www", "WWW", "wWw", "Www", "www"] {
            let order = try await client.order(["\(spelling).example.internal"])
            try await client.authorize(order)
            await house.validate()
        }
        let paused = try await client.order(["wwW.example.internal"])
        #expect(paused.status == 429)
        #expect(paused.problem == "rateLimited")
        #expect(paused["Retry-After"] == "720")
        #expect(try await client.order(["other.example.internal"]).status == 201)
        var other = ACMEClient(house)
        try await other.register()
        #expect(try await other.order(["www.example.internal"]).status == 201)
        house.clock.advance(by: 3600)
        #expect(try await client.order(["www.example.internal"]).status == 201)
    }

    @Test("orders are counted by account, accounts by network")
    func counted() async throws {
        let house = try await ACMEHouse(
            ACMEConfiguration(
                policy: ACMEPolicy(orders: ACMEPolicy.Allowance(2, in: .seconds(60))),
                accounts: ACMEPolicy.Allowance(2, in: .seconds(60))))
        var client = ACMEClient(house)
        try await client.register()
        for name in ["a", "b"] { #expect(try await client.order(["\(name).example.internal"]).status == 201) }
        let refused = try await client.order(["c.example.internal"])
        #expect(refused.problem == "rateLimited")
        #expect(refused["Retry-After"] == "30")
        var second = ACMEClient(house)
        try await second.register()
        var third = ACMEClient(house)
        let answer = try await third.post(third.url("new-account"), [:])
        #expect(answer.problem == "rateLimited")
        third.network = "192.0.2.2"
        try await third.register()
        house.clock.advance(by: 61)
        #expect(try await client.order(["c.example.internal"]).status == 201)
    }
}

@Suite("An account's policy, and profiles")
struct AccountPolicyTests {
    private static func house() async throws -> ACMEHouse {
        try await ACMEHouse(
            ACMEConfiguration(
                policy: ACMEPolicy(
                    permitted: [
                        .dns(try DNSName("apps.example.internal")), .network(try IPNetwork("10.1.0.0/16")),
                    ], allowsWildcards: false, profiles: ["service"])))
    }

    @Test(
        "names and addresses outside it are refused",
        arguments: ["www.example.internal", "*.apps.example.internal", "10.2.0.1", "fd00::1", "xapps.example.internal"])
    func outside(_ name: String) async throws {
        let house = try await Self.house()
        var client = ACMEClient(house)
        try await client.register()
        #expect(try await client.order([name]).problem == "rejectedIdentifier")
        #expect(try await client.order(["a.apps.example.internal"]).status == 201)
        #expect(try await client.order(["10.1.2.3"]).status == 201)
    }

    @Test("a profile that is not offered, or not to this account, is invalidProfile")
    func profiles() async throws {
        let house = try await Self.house()
        var client = ACMEClient(house)
        try await client.register()
        for profile in ["workload", "person", "root", "SERVICE", ""] {
            #expect(try await client.order(["a.apps.example.internal"], profile: profile).problem == "invalidProfile")
        }
        let order = try await client.order(["a.apps.example.internal"], profile: "service")
        #expect(order.json["profile"] == "service")
    }

    @Test("a wildcard for both ends of a connection is refused, for servers it is not")
    func wildcardProfile() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        #expect(
            try await client.order(["*.a.example.internal"], profile: "workload").problem == "rejectedIdentifier")
        #expect(try await client.order(["*.a.example.internal"], profile: "service").status == 201)
    }

    @Test("E11: no attestation is offered, and one asked for is refused")
    func attestation() async throws {
        let house = try await ACMEHouse()
        var client = ACMEClient(house)
        try await client.register()
        let refused = try await client.post(
            client.url("new-order"), ["identifiers": [["type": "permanent-identifier", "value": "SN-1"]]])
        #expect(refused.problem == "unsupportedIdentifier")
        let order = try await client.order(["www.example.internal"])
        let authorization = try order.json.texts("authorizations")[0]
        let challenges = try #require(try await client.post(authorization, nil).json["challenges"]?.array)
        #expect(challenges.map { $0["type"] } == ["http-01", "dns-01", "tls-alpn-01"])
        let url = try #require(challenges[0]["url"]?.string)
        let asked = url.replacing("http-01", with: "device-attest-01")
        #expect(try await client.post(asked, ["attObj": "o2NmbXRkbm9uZQ"]).status == 404)
        #expect(try await client.post(url, [:]).status == 200)
    }

    @Test("contacts: one address in a mailto URL, and nothing else")
    func contacts() async throws {
        let house = try await ACMEHouse()
        let client = ACMEClient(house)
        let wrong: [(String, String)] = [
            ("mailto:a@example.internal,b@example.internal", "invalidContact"),
            ("mailto:a@example.internal?subject=x", "invalidContact"), ("mailto:", "invalidContact"),
            ("tel:+1", "unsupportedContact"), ("https://example.internal", "unsupportedContact"),
        ]
        for (contact, problem) in wrong {
            let refused = try await client.post(client.url("new-account"), ["contact": [.string(contact)]])
            #expect(refused.problem == problem, "\(contact)")
        }
        #expect(
            try await client.post(client.url("new-account"), ["contact": ["mailto:a@example.internal"]]).status == 201)
    }
}
