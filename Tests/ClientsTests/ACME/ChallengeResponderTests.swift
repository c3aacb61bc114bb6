import Foundation
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonTokens
import Testing

@testable import SymbolonClients

@Suite("What answers a server's look: our validator finds it, and nobody finds anything else")
struct ChallengeResponderTests {
    private static let token = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
    private static let account = TestKeys.key("account").publicKey

    /// A look at what answers for `web.test.internal` or 127.0.0.1.
    private func look(
        _ way: ACMEProof.Way, _ identifier: ACMEIdentifier, at port: Int, token: String = token
    ) async throws -> Result<String, ValidationFailure> {
        let zone = try NameServerStub([.init(name: "web.test.internal", type: 1): [[127, 0, 0, 1]]])
        var settings = ValidationSettings()
        settings.networks = PermittedNetworks([try IPNetwork("127.0.0.0/8")])
        (settings.httpPort, settings.tlsPort) = (port, port)
        let resolver = Resolver(servers: [NameServer(try IPAddress("127.0.0.1"), port: zone.port)])
        let thumbprint = try #require(JWK.thumbprint(Self.account))
        let question = ChallengeQuestion(
            kind: way.kind, identifier: identifier, token: token, keyAuthorization: "\(token).\(thumbprint)")
        do throws(ValidationFailure) {
            return .success(try await ChallengeValidator(settings, resolver: resolver).validate(question).place)
        } catch {
            return .failure(error)
        }
    }

    @Test(
        "a name and an address, by either way; not another token, and nothing once it has stopped",
        arguments: ACMEProof.Way.allCases)
    func found(way: ACMEProof.Way) async throws {
        let port = try ListeningSocket().port
        let responder = ChallengeResponder(
            ACMEProof(way, listeningAt: ServerAddress(host: "127.0.0.1", port: port)))
        let identifiers: [ACMEIdentifier] = [
            .dns(try DNSPattern("web.test.internal")), .ip(try IPAddress("127.0.0.1")),
        ]
        for identifier in identifiers {
            try await responder.answer(identifier, token: Self.token, key: Self.account)
            let seen = try await look(way, identifier, at: port)
            #expect(try seen.get() == "127.0.0.1:\(port)" || (try seen.get()).contains("127.0.0.1"))
            let other = try await look(way, identifier, at: port, token: String(Self.token.reversed()))
            #expect(throws: ValidationFailure.self) { try other.get() }
        }
        await responder.stop()
        let after = try await look(way, identifiers[0], at: port)
        #expect(throws: ValidationFailure.self) { try after.get() }
    }

    @Test(
        "http-01 serves one page, to GET",
        arguments: [
            ("GET /.well-known/acme-challenge/\(token)", "200"), ("GET /.well-known/acme-challenge/", "404"),
            ("GET /.well-known/acme-challenge/\(token)/", "404"), ("GET /", "404"),
            ("GET /.well-known/acme-challenge/../../etc/passwd", "404"),
            ("POST /.well-known/acme-challenge/\(token)", "404"),
        ])
    func page(line: String, status: String) async throws {
        let port = try ListeningSocket().port
        let responder = ChallengeResponder(
            ACMEProof(.http01, listeningAt: ServerAddress(host: "127.0.0.1", port: port)))
        try await responder.answer(.ip(try IPAddress("127.0.0.1")), token: Self.token, key: Self.account)
        let socket = try await Socket.connect(port)
        try await socket.write(Array("\(line) HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
        let answer = String(decoding: try await socket.readToEnd().bytes, as: UTF8.self)
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        #expect(answer.contains(Self.token) == (status == "200"))
        await responder.stop()
    }
}
