import Foundation
import SymbolonAccessPolicy
import SymbolonCertificates
import SymbolonKeys
import SymbolonProxy
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonTokens
import SymbolonVerification
import SymbolonWire
import Testing

/// A token as a service would take it apart.
private struct Told {
    let header: JSONValue
    let claims: JSONValue

    /// - Parameter key: by which it has to be signed.
    init(_ text: String, by key: SigningKey) throws {
        let token = try PresentedToken(text)
        header = token.header
        claims = token.claims
        let parts = text.split(separator: ".").map(String.init)
        let jws = try FlattenedJWS([
            "protected": .string(parts[0]), "payload": .string(parts[1]), "signature": .string(parts[2]),
        ])
        try jws.verify(by: key.publicKey)
    }
}

@Suite("The service is told who is there in a token that this end signs", .timeLimit(.minutes(5)))
struct BackendTokenTests {
    private static let field = BackendToken.field
    private let key = TestKeys.key("web")

    private func stage(_ policy: Policy? = nil, _ token: BackendToken = BackendToken()) async throws -> HTTPStage {
        try await HTTPStage(policy) { $0.token = token }
    }

    @Test("it says who, for whom, by which certificate and rule, for a minute, under the end's own key")
    func honest() async throws {
        let http = try await stage()
        #expect(try await http.answer(last("GET /a")).status == "200")
        let tokens = try #require(await http.origin.got(1).first).values(Self.field)
        #expect(tokens.count == 1)
        let told = try Told(tokens[0], by: key)
        let start = Int64(noon.timeIntervalSince1970)
        #expect(told.header["alg"] == "ES256" && told.header["typ"] == "JWT")
        #expect(told.header["kid"]?.string == JWK.thumbprint(key.publicKey))
        #expect(told.claims["iss"] == "spiffe://example.internal/web" && told.claims["aud"] == told.claims["iss"])
        #expect(told.claims["sub"] == "spiffe://example.internal/alice" && told.claims["act"] == nil)
        #expect(told.claims["iat"] == .integer(start) && told.claims["nbf"] == .integer(start))
        #expect(told.claims["exp"] == .integer(start + 60))
        let leaf = try #require(http.stage.log.accepted.first).peer.path.leaf
        #expect(told.claims["cnf"] == ["x5t#S256": .string(Base64URL.encode(leaf.fingerprint.bytes))])
        #expect(told.claims["rule"] == "spiffe://example.internal/alice" && told.claims["service"] == "web")
        #expect(told.claims["jti"]?.string?.count == 22)
        try await http.stop()
    }

    @Test(
        "T12 to T14: what a client says in its place is not delivered, in any spelling, as a trailer, or named in Connection"
    )
    func forged() async throws {
        let forged = [
            "Symbolon-Jwt-Assertion: forged", "symbolon_jwt_assertion: forged", "SYMBOLON.JWT.ASSERTION: forged",
            "Symbolon-Jwt-Assertion: forged",
        ]
        for isOn in [true, false] {
            let http = try await HTTPStage { $0.token = isOn ? BackendToken() : nil }
            let request =
                "POST /a HTTP/1.1\r\nHost: \(HTTPStage.host)\r\nConnection: close, symbolon-jwt-assertion\r\n"
                + "Transfer-Encoding: chunked\r\n" + forged.joined(separator: "\r\n") + "\r\n\r\n1\r\na\r\n0\r\n"
                + forged.joined(separator: "\r\n") + "\r\nX-Sum: kept\r\n\r\n"
            #expect(try await http.answer(request).status == "200")
            let got = try #require(await http.origin.got(1).first)
            #expect(!(got.fields + got.trailers).contains { $0.contains("forged") })
            #expect(got.trailers == ["X-Sum: kept"] && got.values(Self.field).count == (isOn ? 1 : 0))
            try await http.stop()
        }
    }

    @Test(
        "one is used for some seconds, another for another rule, another for another peer; and none outlives its proof")
    func reuse() async throws {
        let policy = try Policy {
            allow("one") {
                peer(in: "spiffe://example.internal/alice", "spiffe://example.internal/bob")
                request(.get, "/one/**")
            }
            allow("two") {
                peer(in: "spiffe://example.internal/alice")
                request(.get, "/two/**")
            }
        }
        let http = try await stage(policy, BackendToken(audience: "https://api.example", life: 120))
        let client = try await http.client()
        for (index, path) in ["/one/a", "/one/b", "/two/a", "/one/c", "/one/d"].enumerated() {
            if index == 3 { http.stage.pass(19.5) }
            if index == 4 { http.stage.pass(0.5) }
            client.send("GET \(path) HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n")
            _ = await http.origin.got(index + 1)
        }
        let got = http.origin.got.value.compactMap { $0.values(Self.field).first }
        #expect(got.count == 5 && got[0] == got[1] && got[1] == got[3] && got[0] != got[2] && got[3] != got[4])
        let told = try got.map { try Told($0, by: key).claims }
        #expect(told.map { $0["rule"] } == ["one", "one", "two", "one", "one"])
        #expect(Set(told.compactMap { $0["jti"]?.string }).count == 3)
        #expect(told[4]["exp"] == .integer(Int64(noon.timeIntervalSince1970) + 140))
        #expect(told[0]["aud"] == "https://api.example")
        _ = try await http.answer(last("GET /one/a"), as: "bob")
        let other = try #require(await http.origin.got(6).last?.values(Self.field).first)
        let bob = try Told(other, by: key).claims
        #expect(bob["sub"] == "spiffe://example.internal/bob" && bob["cnf"] != told[0]["cnf"])
        // The peer's certificate has half a minute yet.
        http.stage.pass(23 * .hour - 20 - 30)
        _ = try await http.answer(last("GET /one/a"), as: "bob")
        let last = try #require(await http.origin.got(7).last?.values(Self.field).first)
        #expect(try Told(last, by: key).claims["exp"] == .integer(Int64(noon.timeIntervalSince1970) + 23 * 3600))
        client.close()
        try await http.stop()
    }

    @Test("a key that replaces another signs the next request of a connection that lives on")
    func newKey() async throws {
        let http = try await stage()
        let client = try await http.client()
        func ask(_ count: Int) async throws -> String {
            client.send("GET /a HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n")
            return try #require(await http.origin.got(count).last?.values(Self.field).first)
        }
        _ = try Told(try await ask(1), by: key)
        for (index, next) in [TestKeys.key("web's next"), TestKeys.key("web's last", .ed25519)].enumerated() {
            var leaf = http.stage.leaf("web")
            leaf.use(next)
            try http.end.replace(
                try TrustState(
                    identity: try EndIdentity(chain: try http.stage.chain(leaf), key: next),
                    anchors: [http.stage.anchor],
                    admission: .clients(
                        CompiledPolicy(
                            Policy(allowing: [try IdentityPattern("alice", defaultDomain: http.stage.domain)]))),
                    revocation: RevocationSources(snapshot: try http.stage.revocation())))
            await http.end.settled()
            let token = try await ask(index + 2)
            let told = try Told(token, by: next)
            #expect(told.header["kid"]?.string == JWK.thumbprint(next.publicKey))
            #expect(told.header["alg"] == (index == 0 ? "ES256" : "EdDSA"))
        }
        client.close()
        try await http.stop()
    }

    @Test("for a person it is about the person, and says that the peer acts; it ends with the person's own token")
    func person() async throws {
        let stage = try await PersonStage { $0.token = BackendToken(life: 300) }
        var spec = stage.token(of: "bob")
        spec[claim: "exp"] = .integer(Int64(noon.timeIntervalSince1970) + 90)
        let text = try spec.text()
        #expect(try await stage.answer("GET /open/a", "Authorization: Bearer \(text)").status == "200")
        #expect(try await stage.answer("GET /open/a").status == "200")
        let got = await stage.http.origin.got(2).compactMap { $0.values(Self.field).first }
        let (acting, own) = (try Told(got[0], by: key).claims, try Told(got[1], by: key).claims)
        #expect(acting["sub"] == "spiffe://example.internal/person/bob")
        #expect(acting["act"] == ["sub": "spiffe://example.internal/alice"])
        #expect(acting["exp"] == .integer(Int64(noon.timeIntervalSince1970) + 90))
        #expect(own["sub"] == "spiffe://example.internal/alice" && own["act"] == nil)
        try await stage.stop()
    }
}
