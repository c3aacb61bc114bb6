import Foundation
import SymbolonAccessPolicy
import SymbolonKeys
import SymbolonProxy
import SymbolonTestSupport
import SymbolonTokens
import SymbolonWire
import Testing

@Suite("A peer acts for a person: both are judged, by what each has proved", .timeLimit(.minutes(5)))
struct PersonRequestTests {
    @Test(
        "Z06: a request for a person is allowed where peer and person both may, and the log names both and both rules")
    func both() async throws {
        let stage = try await PersonStage()
        let bob = try stage.token(of: "bob").text()
        #expect(try await stage.answer("GET /open/a", "Authorization: Bearer \(bob)").status == "200")
        let facts = try #require(stage.http.stage.log.requests.first)
        #expect(facts.peer == "spiffe://example.internal/alice" && facts.rule == "the till")
        #expect(facts.actingFor == "spiffe://example.internal/person/bob" && facts.personRule == "readers")
        #expect(facts.tokenIssuer == "https://idp.example" && facts.reason == nil)
        // It is of no use to who sees it, and the service may read in it.
        #expect(await stage.http.origin.got(1).first?.values("authorization") == ["Bearer \(bob)"])
        try await stage.stop()
    }

    @Test(
        "Z06: neither acts by the other's right alone",
        arguments: [
            ("bob", "GET /closed", "403"), ("carol", "GET /open/a", "403"), ("frank", "GET /open/a", "403"),
            ("bob", "POST /open/a", "403"), ("bob", "GET /own", "403"), ("erin", "GET /open/a", "200"),
        ])
    func confusedDeputy(_ person: String, _ line: String, _ status: String) async throws {
        let stage = try await PersonStage()
        let token = try stage.token(of: person).text()
        #expect(try await stage.answer(line, "Authorization: bearer  \(token)").status == status)
        #expect(stage.http.origin.got.value.count == (status == "200" ? 1 : 0))
        let told = try #require(stage.http.stage.log.requests.first)
        #expect(told.actingFor == "spiffe://example.internal/person/\(person)")
        if status == "403" { #expect(told.reason == "policy" && told.explanation?.isEmpty == false) }
        // Without a token it asks for itself, as it may.
        #expect(try await stage.answer("GET /own").status == "200")
        try await stage.stop()
    }

    @Test("rules read from the token how, and how long ago, the person was proved")
    func assurance() async throws {
        let stage = try await PersonStage()
        let moment = Int64(noon.timeIntervalSince1970)
        let cases: [(amr: [JSONValue], acr: String?, ago: Int64?, status: String)] = [
            (["hwk", "pin"], nil, 60, "200"), (["face"], nil, 599, "200"), (["pwd"], "phr", 60, "200"),
            (["pwd"], nil, 60, "403"), (["face"], nil, 600, "403"), (["face"], nil, nil, "403"),
            ([], nil, 60, "403"), (["pwd"], "unknown", 60, "403"), (["hwk"], nil, 60, "403"),
        ]
        for (amr, acr, ago, status) in cases {
            var spec = stage.token(of: "dora")
            spec[claim: "amr"] = .array(amr)
            spec[claim: "acr"] = acr.map { .string($0) }
            spec[claim: "auth_time"] = ago.map { .integer(moment - $0) }
            let answer = try await stage.answer("GET /open/a", "Authorization: Bearer \(try spec.text())")
            #expect(answer.status == status, "\(amr) \(acr ?? "") \(ago ?? -1)")
        }
        try await stage.stop()
    }

    @Test(
        "Z07: a copied token is refused over a connection of another certificate, and none is taken that is bound to nothing"
    )
    func copied() async throws {
        let stage = try await PersonStage()
        let token = try stage.token(of: "bob").text()
        // The same peer, by another certificate.
        let copied = try await stage.http.answer(last("GET /open/a", "Authorization: Bearer \(token)"))
        #expect(copied.status == "401" && copied.field("www-authenticate")?.hasPrefix("Bearer realm=\"web\", ") == true)
        #expect(copied.field("www-authenticate")?.contains("error=\"invalid_token\"") == true)
        #expect(copied.contains("urn:symbolon:problem:token"))
        var unbound = stage.token(of: "bob")
        unbound[claim: "cnf"] = nil
        let bare = try await stage.answer("GET /open/a", "Authorization: Bearer \(try unbound.text())")
        #expect(bare.status == "401" && bare.contains("error=\"invalid_token\""))
        #expect(stage.http.origin.got.value.isEmpty)
        #expect(stage.http.stage.log.requests.allSatisfy { $0.reason == "token" && $0.actingFor == nil })
        #expect(try await stage.answer("GET /open/a", "Authorization: Bearer \(token)").status == "200")
        try await stage.stop()
    }

    @Test("W04: what is no good token opens nothing that the peer may not open itself, and nothing that it may")
    func bad() async throws {
        let stage = try await PersonStage()
        let good = try stage.token(of: "bob").text()
        var none = stage.token(of: "bob")
        none[header: "alg"] = "none"
        none.signature = []
        var other = stage.token(of: "bob")
        other.key = TestKeys.key("nobody's")
        var late = stage.token(of: "bob")
        late[claim: "exp"] = .integer(Int64(noon.timeIntervalSince1970))
        var slash = stage.token(of: "bob")
        slash[claim: "sub"] = "bob/../alice"
        for text in [try none.text(), try other.text(), try late.text(), try slash.text(), "", "x", good + "x"] {
            let answer = try await stage.answer("GET /own", "Authorization: Bearer \(text)")
            #expect(answer.status == "401" && answer.contains("invalid_token"), "\(text.prefix(80))")
        }
        let twice = try await stage.answer("GET /own", "Authorization: Bearer \(good)", "authorization: Bearer \(good)")
        #expect(twice.status == "400")
        #expect(stage.http.origin.got.value.isEmpty)
        // What a service could read as a token is one here, too.
        for spelled in ["bearer\t\(good)", "Bearer,\(good)", "BEARER:\(good)", "Bearer=\(good)", "DPoP"] {
            #expect(
                try await stage.answer("GET /own", "Authorization: \(spelled)").status == "401", "\(spelled.prefix(8))")
        }
        #expect(stage.http.origin.got.value.isEmpty)
        // Another scheme is the service's own affair.
        #expect(try await stage.answer("GET /own", "Authorization: Basic eDp5").status == "200")
        try await stage.stop()
    }

    @Test(
        "W04: what HTTP/2 brings before the scheme hides no token; what it says of a bad one is one line of plain ASCII"
    )
    func hidden() async throws {
        let stage = try await PersonStage()
        let client = try await HTTP2Client.connect(stage.http)
        var other = stage.token(of: "bob")
        other.key = TestKeys.key("nobody's")
        for blank in ["", " ", "\t", " \t "] {
            let fields = [("authorization", "\(blank)Bearer \(try other.text())")]
            let answer = await (try await client.stream("GET", "/own", fields)).answer()
            #expect(answer.status == "401" || answer.isReset, "\(blank.debugDescription): \(answer)")
        }
        #expect(stage.http.origin.got.value.isEmpty)
        client.close()
        for (raw, said) in [
            ("{\"\u{fc}\":1,\"\u{fc}\":2}", "the member '?' twice"),
            ("{\"\\u0007\":1,\"\\u0007\":2}", "the member ''u{07}' twice"),
            ("{\"alg\":\"a\\\"b\"}", "the algorithm 'a'b' is not taken"),
        ] {
            var spec = stage.token(of: "bob")
            spec.rawHeader = raw
            let answer = try await stage.answer("GET /own", "Authorization: Bearer \(try spec.text())")
            let challenge = try #require(answer.field("www-authenticate"))
            #expect(
                challenge.contains(said) && challenge.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "\(challenge)")
            // The quotation marks of its three parameters, and no backslash.
            #expect(challenge.count { $0 == "\"" } == 6 && !challenge.contains("\\"), "\(challenge)")
        }
        #expect(try await stage.answer("GET /own").status == "200")
        try await stage.stop()
    }

    @Test("of several issuers each is believed by its own keys alone")
    func issuers() async throws {
        let stage = try await PersonStage()
        let next = TestKeys.key("issuer of the next")
        try stage.http.end.replace(try stage.trust(and: ("https://next.example", next)))
        await stage.http.end.settled()
        var theirs = stage.token(of: "bob")
        theirs[claim: "iss"] = "https://next.example"
        theirs.key = next
        let first = try await stage.answer("GET /open/a", "Authorization: Bearer \(try stage.token(of: "bob").text())")
        #expect(first.status == "200")
        let second = try await stage.answer("GET /open/a", "Authorization: Bearer \(try theirs.text())")
        #expect(second.status == "200")
        #expect(stage.http.stage.log.requests.map(\.tokenIssuer) == ["https://idp.example", "https://next.example"])
        var (borrowed, strange) = (theirs, theirs)
        borrowed[claim: "iss"] = "https://idp.example"
        strange[claim: "iss"] = "https://strange.example"
        for spec in [borrowed, strange] {
            let answer = try await stage.answer("GET /open/a", "Authorization: Bearer \(try spec.text())")
            #expect(answer.status == "401")
        }
        try await stage.stop()
    }

    @Test("a request under way ends with its token, and with its issuer's key; one for the peer itself goes on")
    func ends() async throws {
        for isByKey in [false, true] {
            let stage = try await PersonStage()
            let token = try stage.token(of: "bob").text()
            let (acting, own) = (try await stage.client(), try await stage.client())
            acting.send(
                "GET /open/silent HTTP/1.1\r\nHost: \(HTTPStage.host)\r\nAuthorization: Bearer \(token)\r\n\r\n")
            own.send("GET /open/silent HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n")
            _ = await stage.http.origin.got(2)
            let live = await stage.http.end.connections().flatMap(\.actingFor)
            #expect(live == ["spiffe://example.internal/person/bob"])
            if isByKey {
                try stage.http.end.replace(try stage.trust(keys: try Self.otherKeys()))
            } else {
                stage.http.stage.pass(301)
            }
            _ = await acting.closed()
            #expect(!own.board.value.isClosed)
            let told = try #require(stage.http.stage.log.requests.first { $0.actingFor != nil })
            #expect(told.explanation?.contains(isByKey ? "its issuer has no more" : "has expired") == true)
            own.close()
            try await stage.stop()
        }
    }

    private static func otherKeys() throws -> [UInt8] {
        let members = JWK.json(TestKeys.key("the next").publicKey)?.members ?? []
        return JSONValue.object([JSONMember("keys", .array([.object(members + [JSONMember("kid", "one")])]))]).bytes
    }

    @Test("where no issuer is believed, Authorization is the service's own affair")
    func withoutIssuers() async throws {
        let http = try await HTTPStage()
        #expect(try await http.answer(last("GET /", "Authorization: Bearer x")).status == "200")
        #expect(await http.origin.got(1).first?.values("authorization") == ["Bearer x"])
        try await http.stop()
    }
}
