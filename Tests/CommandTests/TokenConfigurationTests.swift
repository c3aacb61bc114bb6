import Foundation
import SymbolonAccessPolicy
import SymbolonKeys
import SymbolonNames
import SymbolonProxy
import SymbolonTestSupport
import SymbolonTokens
import SymbolonWire
import Testing

@testable import symbolon

@Suite("Tokens of an http service, as a file has them")
struct TokenConfigurationTests {
    private static func http(_ lines: String) -> String {
        let indented = lines.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n")
        return "protect:\n  - name: a\n    listen: h:1\n    to: h:2\n    http:\n\(indented)\n"
    }

    @Test("how the service is told, and whose tokens are believed; paths are from the file's folder")
    func whole() throws {
        let read = try RunConfiguration.parse(
            yaml: Self.http(
                """
                backend: h2c
                token: {audience: "https://api.example", keys: run/keys.json, life: 30}
                tokens:
                  - {issuer: "https://idp.example", audience: api, keys: idp.json, person: "mail:{email}"}
                  - issuer: https://other.example
                    audience: api
                    keys: /etc/other.json
                    assurance: {phr: user-verified, phrh: user-present}
                """), file: "s.yaml"
        ).relative(to: URL(fileURLWithPath: "/etc/s", isDirectory: true))
        let service = try #require(read.protected.first)
        #expect(service.http?.token == BackendToken(audience: "https://api.example", life: 30))
        #expect(service.http?.backend == .h2c && service.tokenKeys == "/etc/s/run/keys.json")
        #expect(
            service.issuers == [
                .init(issuer: "https://idp.example", audience: "api", keys: "/etc/s/idp.json", person: "mail:{email}"),
                .init(
                    issuer: "https://other.example", audience: "api", keys: "/etc/other.json", person: "person/{sub}",
                    assurances: ["phr": .userVerified, "phrh": .userPresent]),
            ])
        let bare = try RunConfiguration.parse(yaml: Self.http("token: {keys: k}"), file: "s.yaml")
        #expect(bare.protected.first?.http?.token == BackendToken() && bare.protected.first?.issuers == [])
    }

    @Test(
        "each thing that is wrong is said at its place",
        arguments: [
            ("token: {audience: a}", "s.yaml:6:14: protect[0].http.token.keys is missing"),
            ("token: yes", "s.yaml:6:14: protect[0].http.token: below it stand keys"),
            ("token: {keys: k, life: 9}", "s.yaml:6:30: protect[0].http.token.life: a whole number from 10 to 300"),
            ("token: {keys: k, file: x}", "s.yaml:6:24: protect[0].http.token: \"file\" is not known here"),
            ("tokens: {issuer: a}", "s.yaml:6:15: protect[0].http.tokens: expected a list"),
            ("tokens: [{issuer: a, audience: b}]", "s.yaml:6:16: protect[0].http.tokens[0].keys is missing"),
            (
                "tokens: [{issuer: a, audience: b, keys: c, person: alice}]",
                "s.yaml:6:58: protect[0].http.tokens[0].person: \"alice\" makes no names"
            ),
            (
                "tokens: [{issuer: a, audience: b, keys: c, assurance: {x: sure}}]",
                "s.yaml:6:65: protect[0].http.tokens[0].assurance: it is worth user-present or user-verified"
            ),
            (
                "tokens: [{issuer: a, audience: b, keys: c}, {issuer: a, audience: d, keys: e}]",
                "s.yaml:6:51: protect[0].http.tokens[1].issuer: \"a\" stands here twice"
            ),
        ])
    func faults(_ lines: String, _ fault: String) throws {
        let failure = #expect(throws: ConfigurationFaults.self) {
            try RunConfiguration.parse(yaml: Self.http(lines), file: "s.yaml")
        }
        let told = failure?.faults.map(\.description) ?? []
        #expect(told.count == 1 && told.first?.hasPrefix(fault) == true, "\(told)")
    }

    @Test("two ends do not publish their keys in one file")
    func shared() throws {
        let end = "{name: NAME, listen: 'h:1', to: 'h:2', http: {token: {keys: k}}}"
        let text = ["a", "b"].map { "  - " + end.replacing("NAME", with: $0) }.joined(separator: "\n")
        let failure = #expect(throws: ConfigurationFaults.self) {
            try RunConfiguration.parse(yaml: "protect:\n\(text)\n", file: "s.yaml")
        }
        #expect(failure?.faults.first?.message.contains("a and b publish their keys in one file") == true)
    }

    @Test("an issuer's keys are read again when they change; a file that cannot be read leaves those before in force")
    func keys() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("idp.json")
        let place = RunConfiguration.IssuerPlace(issuer: "i", audience: "a", keys: path)
        let domain = try Domain.example
        #expect(throws: IssuerKeyFile.Fault.self) { try IssuerKeyFile(place, in: domain) }
        try Data(try Domain.keys("one").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        let file = try IssuerKeyFile(place, in: domain)
        let first = file.current
        #expect(file.poll() == .unchanged)
        try Data("{}".utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        var outcome = file.poll()
        while outcome == .unchanged {
            await Task.yield()
            outcome = file.poll()
        }
        guard case .kept(let why) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(why.contains("no key in it") && file.current == first)
        try Data(try Domain.keys("one", "two").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        #expect(file.poll() == .replaced(keys: 2))
        #expect(file.current != first)
    }
}

private enum Domain {
    static var example: TrustDomain { get throws { try TrustDomain("example.internal") } }

    static func keys(_ names: String...) throws -> String {
        let keys = try names.map { name in
            let members = try #require(JWK.json(TestKeys.key(name).publicKey)?.members)
            return JSONValue.object(members + [JSONMember("kid", .string(name))])
        }
        return String(decoding: JSONValue.object([JSONMember("keys", .array(keys))]).bytes, as: UTF8.self)
    }
}
