import Foundation
import SymbolonKeys
import SymbolonProxy
import SymbolonTestSupport
import SymbolonTokens
import SymbolonWire
import Testing

@Suite(
    "RFC 9449: a token that is bound to a key comes with a proof of it, made for this request alone",
    .timeLimit(.minutes(5)))
struct DPoPRequestTests {
    private static let key = TestKeys.key("till's proofs")

    private func token(_ stage: PersonStage) throws -> String {
        var spec = stage.token(of: "bob")
        spec[claim: "cnf"] = ["jkt": .string(try #require(JWK.thumbprint(Self.key.publicKey)))]
        return try spec.text()
    }

    private func proof(_ token: String, _ identifier: String, nonce: String?) throws -> TokenSpec {
        var spec = TokenSpec(
            header: [
                JSONMember("alg", "ES256"), JSONMember("typ", "dpop+jwt"),
                JSONMember("jwk", try #require(JWK.json(Self.key.publicKey))),
            ],
            claims: [
                JSONMember("htm", "GET"), JSONMember("htu", .string("https://\(HTTPStage.host)/open/a")),
                JSONMember("iat", .integer(Int64(noon.timeIntervalSince1970))),
                JSONMember("jti", .string(identifier)),
                JSONMember("ath", .string(TokenSpec.hash(of: token))),
            ], key: Self.key)
        spec[claim: "nonce"] = nonce.map { .string($0) }
        return spec
    }

    private func ask(
        _ stage: PersonStage, _ token: String, _ proofs: String..., line: String = "GET /open/a"
    ) async throws -> String {
        let client = try await stage.client()
        let fields = ["Authorization: DPoP \(token)"] + proofs.map { "DPoP: \($0)" }
        let head = [line + " HTTP/1.1", "Host: \(HTTPStage.host)", "Connection: close"] + fields
        client.send(head.joined(separator: "\r\n") + "\r\n\r\n")
        let text = String(decoding: await client.inputEnded().bytes, as: UTF8.self)
        client.close()
        return text
    }

    @Test("Z07: the first answer gives a nonce; with it the proof is taken once, in any spelling of its address")
    func honest() async throws {
        let stage = try await PersonStage()
        let token = try token(stage)
        let first = try await ask(stage, token, try proof(token, "0", nonce: nil).text())
        #expect(first.status == "401" && first.field("www-authenticate")?.hasPrefix("DPoP ") == true)
        #expect(first.field("www-authenticate")?.contains("error=\"use_dpop_nonce\"") == true)
        #expect(first.field("www-authenticate")?.contains("algs=\"ES256 ") == true)
        let nonce = try #require(first.field("dpop-nonce"))
        let good = try proof(token, "1", nonce: nonce).text()
        let answer = try await ask(stage, token, good)
        #expect(answer.status == "200" && answer.field("dpop-nonce") == nil)
        let replayed = try await ask(stage, token, good)
        #expect(replayed.status == "401" && replayed.contains("error=\"invalid_token\""))
        var spelled = try proof(token, "2", nonce: nonce)
        spelled[claim: "htu"] = .string("HTTPS://WEB.example.internal:443/%6Fpen/a?x=y#z")
        #expect(try await ask(stage, token, try spelled.text(), line: "GET /open/a?b=c").status == "200")
        var part = try proof(token, "part", nonce: nonce)
        part[claim: "htu"] = .string("https://\(HTTPStage.host)/open/a#z")
        #expect(try await ask(stage, token, try part.text()).status == "200")
        // A minute later it is taken once more, and the next is told.
        stage.http.stage.pass(61)
        let later = try await ask(stage, token, try proof(token, "3", nonce: nonce).text())
        #expect(later.status == "200" && later.field("dpop-nonce") != nil && later.field("dpop-nonce") != nonce)
        #expect(stage.http.origin.got.value.count == 4)
        try await stage.stop()
    }

    @Test(
        "Z07: wrong method, address, token, key or nonce, two proofs, none, or a private key inside jwk: invalid_token each time"
    )
    func spoilt() async throws {
        let stage = try await PersonStage()
        let token = try token(stage)
        let nonce = try #require(try await ask(stage, token).field("dpop-nonce"))
        func spoiled(_ name: String, _ spoil: (inout TokenSpec) throws -> Void) throws -> String {
            var spec = try proof(token, name, nonce: nonce)
            try spoil(&spec)
            return try spec.text()
        }
        let host = HTTPStage.host
        let other = TestKeys.key("not the till's")
        let bad = [
            try spoiled("a") { $0[claim: "htm"] = "POST" },
            try spoiled("b") { $0[claim: "htu"] = .string("https://\(host)/open/b") },
            try spoiled("c") { $0[claim: "htu"] = .string("http://\(host)/open/a") },
            try spoiled("d") { $0[claim: "htu"] = .string("https://other.example.internal/open/a") },
            try spoiled("e") { $0[claim: "htu"] = .string("https://\(host):8443/open/a") },
            // As long as the right one.
            try spoiled("j") { $0[claim: "htu"] = .string("ftpss://\(host)/open/a") },
            try spoiled("f") { $0[claim: "ath"] = .string(TokenSpec.hash(of: "another")) },
            try spoiled("g") {
                $0.key = other
                $0[header: "jwk"] = JWK.json(other.publicKey)
            },
            try spoiled("h") { spec in
                spec[header: "jwk"] = .object(
                    try #require(spec[header: "jwk"]?.members) + [JSONMember("d", "AAAA")])
            },
            try spoiled("i") { $0[claim: "iat"] = .integer(Int64(noon.timeIntervalSince1970) - 301) },
        ]
        for (index, text) in bad.enumerated() {
            let answer = try await ask(stage, token, text)
            #expect(answer.status == "401" && answer.contains("error=\"invalid_token\""), "\(index)")
        }
        let wrong = try await ask(stage, token, try proof(token, "w", nonce: "made-up").text())
        #expect(wrong.status == "401" && wrong.contains("error=\"use_dpop_nonce\""))
        let two = try await ask(
            stage, token, try proof(token, "x", nonce: nonce).text(), try proof(token, "y", nonce: nonce).text())
        #expect(two.status == "401" && two.contains("error=\"invalid_token\""))
        #expect(try await ask(stage, token).contains("error=\"invalid_token\""))
        // The key's token without its proof, as one that is bound to the certificate.
        let bearer = try await stage.answer("GET /open/a", "Authorization: Bearer \(token)")
        #expect(bearer.status == "401" && bearer.field("www-authenticate")?.hasPrefix("DPoP ") == true)
        #expect(stage.http.origin.got.value.isEmpty)
        #expect(try await ask(stage, token, try proof(token, "z", nonce: nonce).text()).status == "200")
        try await stage.stop()
    }

    @Test("a gRPC call whose token is refused is UNAUTHENTICATED, and is told the nonce; one without is the peer's own")
    func call() async throws {
        let stage = try await PersonStage()
        let client = try await HTTP2Client.connect(stage.http)
        let kind = ("content-type", "application/grpc")
        let shown = ("authorization", "DPoP \(try token(stage))")
        let answer = await (try await client.stream("POST", "/open/a", [kind, shown])).answer()
        #expect(answer.status == "200" && answer.trailers.contains("grpc-status: 16"), "\(answer)")
        #expect(answer.fields.contains { $0.hasPrefix("dpop-nonce: ") }, "\(answer)")
        #expect(answer.fields.contains { $0.hasPrefix("www-authenticate: DPoP ") }, "\(answer)")
        #expect(stage.http.origin.got.value.isEmpty)
        let own = await (try await client.stream("POST", "/open/a", [kind])).answer()
        #expect(own.status == "200" && !own.trailers.contains("grpc-status: 16"), "\(own)")
        #expect(stage.http.origin.got.value.count == 1)
        client.close()
        try await stage.stop()
    }
}
