import Foundation
import NIOCore
import SymbolonAccessPolicy
import SymbolonCertificates
import SymbolonNames
import SymbolonProxy
import SymbolonTestSupport
import SymbolonTransport
import SymbolonVerification
import Testing

@Suite("Requests of HTTP/1.1 are decided one by one", .timeLimit(.minutes(5)))
struct HTTPRequestTests {
    /// alice reads below /open, and writes below /inbox.
    static func rules(to domain: String = "spiffe://example.internal") throws -> Policy {
        try Policy {
            deny("secrets") { request(.get, "/open/secret/**") }
            allow("reading") {
                peer(in: "\(domain)/alice")
                request(.get, "/open/**")
            }
            allow("writing") {
                peer(in: "\(domain)/alice")
                request(.post, "/inbox")
            }
        }
    }

    @Test("an allowed request reaches the backend with the peer's certificate, and is answered")
    func honest() async throws {
        let http = try await HTTPStage()
        let answer = try await http.answer(last("POST /a?b=c", "Content-Length: 5", "X-Mine: yes", content: "hello"))
        #expect(answer.status == "200" && answer.hasSuffix("hello"))
        #expect(answer.contains("x-backend: origin") && !answer.contains("alt-svc"))
        let got = try #require(await http.origin.got(1).first)
        #expect(got.method == "POST" && got.target == "/a?b=c" && got.content == "hello")
        #expect(got.values("host") == [HTTPStage.host] && got.values("x-mine") == ["yes"])
        // RFC 9440 §2.2, §2.3: the leaf, and its issuer.
        let path = try #require(http.stage.log.accepted.first).peer.path.certificates
        let chain = path.map { ":\(Data($0.der).base64EncodedString()):" }
        #expect(got.values("client-cert") == [chain[0]] && chain.count == 2)
        #expect(got.values("client-cert-chain") == [chain[1]])
        #expect(got.values("forwarded") == ["for=127.0.0.1;host=\"\(HTTPStage.host)\";proto=https"])
        #expect(got.values("x-forwarded-for") == ["127.0.0.1"] && got.values("connection").isEmpty)
        let counters = await http.end.counters()
        #expect(counters.requests == ["2xx": 1] && counters.requestsRefused.isEmpty && counters.requestsInProgress == 0)
        try await http.stop()
    }

    @Test("requests of one connection are each decided, and use one connection to the backend")
    func keepAlive() async throws {
        let http = try await HTTPStage(try Self.rules())
        let client = try await http.client()
        let requests = ["GET /open/a", "GET /closed", "POST /inbox", "GET /open/secret/a", "GET /open/b"]
        // In one flight: they are answered in order.
        client.send(requests.map { "\($0) HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n" }.joined())
        client.send(last("GET /open/c"))
        let text = String(decoding: await client.inputEnded().bytes, as: UTF8.self)
        let statuses = text.components(separatedBy: "HTTP/1.1 ").dropFirst().map { String($0.prefix(3)) }
        #expect(statuses == ["200", "403", "200", "403", "200", "200"])
        let got = await http.origin.got(4)
        #expect(got.map(\.target) == ["/open/a", "/inbox", "/open/b", "/open/c"])
        #expect(Set(got.map(\.connection)).count == 1)
        let refused = http.stage.log.requests
        #expect(refused.map(\.path) == ["/closed", "/open/secret/a"] && refused.allSatisfy { $0.reason == "policy" })
        #expect(text.contains("urn:symbolon:problem:policy") && !text.contains("reading"))
        try await http.stop()
    }

    @Test("whom no request may be allowed to is not let in; whom some may be, is")
    func connections() async throws {
        let http = try await HTTPStage(try Self.rules())
        let stranger = try await http.client("bob")
        _ = await stranger.closed()
        #expect(await http.stage.log.refusals(1).first?.reason == "policy")
        #expect(try await http.answer(last("GET /elsewhere")).status == "403")
        try await http.stop()
    }

    @Test("a person gets a page, and a program a problem document")
    func pages() async throws {
        let http = try await HTTPStage(try Self.rules())
        let page = try await http.answer(last("GET /no", "Accept: text/html,*/*"))
        #expect(page.contains("content-type: text/html") && page.contains("<h1>You may not do this</h1>"))
        #expect(page.contains("protect/web/"))
        let document = try await http.answer(last("GET /no"))
        #expect(document.contains("content-type: application/problem+json") && document.contains("\"status\":403"))
        let head = try await http.answer(last("HEAD /no"))
        #expect(head.status == "403" && head.hasSuffix("\r\n\r\n"))
        try await http.stop()
    }

    @Test(
        "T05: another host than that of the connection is refused, and nothing of it reaches the backend",
        arguments: [
            ("other.example.internal", "421"), ("WEB.EXAMPLE.INTERNAL", "200"), ("web.example.internal.", "200"),
            ("web.example.internal:1234", "200"), ("127.0.0.1", "421"), ("a b", "400"), ("", "400"),
        ])
    func otherHost(_ host: String, _ status: String) async throws {
        let http = try await HTTPStage()
        #expect(try await http.answer(last("GET /", host: host)).status == status)
        #expect(http.origin.got.value.count == (status == "200" ? 1 : 0))
        try await http.stop()
    }

    @Test("T05: without a server name the names of the service's certificate are served, and no others")
    func noServerName() async throws {
        let http = try await HTTPStage()
        #expect(try await http.answer(last("GET /", host: "127.0.0.1:7443"), serverName: nil).status == "200")
        #expect(try await http.answer(last("GET /"), serverName: nil).status == "200")
        #expect(try await http.answer(last("GET /", host: "other.example"), serverName: nil).status == "421")
        #expect(try await http.answer(last("GET https://other.example/"), serverName: nil).status == "400")
        #expect(try await http.answer(last("GET https://\(HTTPStage.host)/x"), serverName: nil).status == "200")
        try await http.stop()
    }

    static let forged = [
        "Client-Cert: :Zm9yZ2Vk:", "client_cert: :Zm9yZ2Vk:", "CLIENT-CERT-CHAIN: :Zm9yZ2Vk:",
        "X-Forwarded-Client-Cert: forged",
        "X-SSL-Client-Verify: SUCCESS", "X-Client-Cert: forged", "Forwarded: for=192.0.2.9",
        "X-Forwarded-For: 192.0.2.9",
        "X_Forwarded_For: 192.0.2.9", "Client.Cert: forged", "Symbolon-Identity: forged", "X-Original-URL: /admin",
        "X-HTTP-Method-Override: DELETE",
    ]

    @Test("T12, T13: what a client says of itself in managed fields is not delivered, in any spelling")
    func forgedFields() async throws {
        let http = try await HTTPStage()
        let request =
            "POST /forged HTTP/1.1\r\nHost: \(HTTPStage.host)\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
            + Self.forged.joined(separator: "\r\n")
            + "\r\nClient-Cert: :dHdpY2U=:\r\nX-Honest: kept\r\n\r\n1\r\na\r\n0\r\n"
            + Self.forged.joined(separator: "\r\n") + "\r\nX-Sum: kept\r\n\r\n"
        #expect(try await http.answer(request).status == "200")
        let got = try #require(await http.origin.got(1).first)
        let said = got.fields.joined(separator: "\n") + got.trailers.joined(separator: "\n")
        for word in ["Zm9yZ2Vk", "dHdpY2U", "forged", "SUCCESS", "192.0.2.9", "/admin", "DELETE"] {
            #expect(!said.dropFirst(0).contains(word), "\(word)")
        }
        #expect(got.values("client-cert").count == 1 && got.values("x-honest") == ["kept"])
        #expect(got.trailers == ["X-Sum: kept"])
        try await http.stop()
    }

    @Test(
        "T13: fields in forms that are none are refused, or folded into one reading",
        arguments: [
            " Client-Cert: forged", "Client-Cert : forged", "Client-Cert\t: forged", "X-A: b\0c",
            "Cli\u{e4}nt-Cert: forged",
            "Client-Cert\u{a0}: forged", ": forged", "X-A: b\u{1}c",
        ])
    func badFields(_ line: String) async throws {
        let http = try await HTTPStage()
        #expect(try await http.answer(last("GET /", line)).status == "400")
        #expect(http.origin.got.value.isEmpty)
        try await http.stop()
    }

    @Test("T13: a folded line is a part of the field before it, and never a field")
    func folded() async throws {
        let http = try await HTTPStage()
        let answer = try await http.answer(last("GET /", "X-A: b\r\n Client-Cert: forged"))
        if answer.status == "200" {
            let got = try #require(await http.origin.got(1).first)
            #expect(got.values("client-cert").allSatisfy { $0.hasPrefix(":") } && got.values("client-cert").count == 1)
        } else {
            #expect(answer.status == "400" && http.origin.got.value.isEmpty)
        }
        try await http.stop()
    }

    @Test(
        "T14: naming a managed field in Connection does not take it away",
        arguments: [
            "Client-Cert", "client-cert, Client-Cert-Chain", "FORWARDED, close, client-cert",
            "Host, Content-Length, client-cert",
        ])
    func connectionTokens(_ tokens: String) async throws {
        let http = try await HTTPStage()
        let answer = try await http.answer(
            "POST / HTTP/1.1\r\nHost: \(HTTPStage.host)\r\nConnection: \(tokens)\r\nConnection: close, x-private\r\n"
                + "X-Private: gone\r\nContent-Length: 2\r\n\r\nok")
        #expect(answer.status == "200")
        let got = try #require(await http.origin.got(1).first)
        #expect(got.values("client-cert").count == 1 && got.values("client-cert-chain").count == 1)
        #expect(got.values("forwarded").count == 1 && got.values("x-private").isEmpty && got.content == "ok")
        #expect(got.values("host") == [HTTPStage.host])
        try await http.stop()
    }

    static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: web.example.internal\r\n\r\n"

    @Test(
        "T15: a request that says in two ways where it ends is refused, the connection ends, and the backend sees one",
        arguments: [
            "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: \u{b}chunked\r\n\r\n0\r\n\r\n",
            "Transfer_Encoding: chunked\r\nContent-Length: x\r\n\r\n",
            "Content-Length: 0\r\nContent-Length: 44\r\n\r\n", "Content-Length: -1\r\n\r\n",
            "Content-Length: 1 1\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
            "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        ])
    func smuggling(_ rest: String) async throws {
        let http = try await HTTPStage()
        let client = try await http.client()
        client.send("GET /first HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n")
        _ = await http.origin.got(1)
        client.send("POST /second HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n" + rest + Self.smuggled)
        let text = String(decoding: await client.inputEnded().bytes, as: UTF8.self)
        #expect(
            text.components(separatedBy: "HTTP/1.1 ").dropFirst().map { String($0.prefix(3)) } == ["200", "400"],
            "\(text)")
        #expect(!http.origin.got.value.contains { $0.target != "/first" }, "\(http.origin.got.value)")
        try await http.stop()
    }

    @Test("T15: an answer before the content has come ends the connection, and the content is no request")
    func earlyAnswer() async throws {
        let http = try await HTTPStage()
        let client = try await http.client()
        client.send("POST /early HTTP/1.1\r\nHost: \(HTTPStage.host)\r\nContent-Length: 1000\r\n\r\nabc")
        #expect(await client.received("HTTP/1.1 409".utf8.count).starts(with: "HTTP/1.1 409".utf8))
        client.send(Self.smuggled)
        let text = String(decoding: await client.inputEnded().bytes, as: UTF8.self)
        #expect(text.components(separatedBy: "HTTP/1.1 ").count == 2)
        #expect(http.origin.got.value.isEmpty)
        try await http.stop()
    }

    @Test("interim answers, expectations, trailers, HEAD and answers without a length pass")
    func forms() async throws {
        let http = try await HTTPStage()
        let hints = try await http.answer(last("GET /hints"))
        #expect(hints.hasPrefix("HTTP/1.1 103") && hints.contains("HTTP/1.1 200 OK") && hints.hasSuffix("hinted"))
        let trailers = try await http.answer(last("GET /trailers"))
        #expect(trailers.hasSuffix("7\r\ncontent\r\n0\r\ngrpc-status: 0\r\n\r\n"))
        let head = try await http.answer(last("HEAD /"))
        #expect(head.status == "200" && head.hasSuffix("\r\n\r\n") && head.contains("content-length"))
        let client = try await http.client()
        client.send(
            "POST /expected HTTP/1.1\r\nHost: \(HTTPStage.host)\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        #expect(await client.received("HTTP/1.1 100 Continue\r\n".utf8.count).starts(with: "HTTP/1.1 100".utf8))
        client.send("body")
        #expect(await http.origin.got.wait { $0.contains { $0.target == "/expected" } }.last?.content == "body")
        client.close()
        let big = try await http.answer(last("GET /big"))
        #expect(big.utf8.count > 1 << 20 && big.hasSuffix("0123456789abcdef"))
        try await http.stop()
    }

    @Test("a backend that is not there, breaks, or is silent is told as such, and nothing of it is told")
    func backends() async throws {
        let patient = try await HTTPStage()
        #expect(try await patient.answer(last("POST /reset")).status == "502")
        #expect(patient.stage.log.requests.map(\.reason) == ["backendBroken"])
        #expect(try await patient.answer(last("GET /closes")).hasSuffix("bye"))
        try await patient.stop()
        let http = try await HTTPStage { $0.limits.answerTimeout = .milliseconds(500) }
        let silent = try await http.answer(last("GET /silent"))
        #expect(silent.status == "504" && !silent.contains("127.0.0.1:\(http.origin.port)"))
        try await http.origin.stop()
        #expect(try await http.answer(last("GET /")).status == "502")
        #expect(http.stage.log.requests.map(\.reason) == ["backendSilent", "backendUnreachable"])
        await http.end.stop(within: .zero)
    }

    @Test("limits: header, fields, content and requests under way")
    func limits() async throws {
        let http = try await HTTPStage {
            $0.limits.bodyBytes = 10
            $0.limits.headerBytes = 4_096
            $0.limits.headerFields = 20
            $0.limits.requestsPerPeer = 1
            // Those that wait have to be there when the last has come.
            $0.limits.answerTimeout = .seconds(600)
        }
        #expect(try await http.answer(last("GET /", "X-A: " + String(repeating: "a", count: 5_000))).status == "431")
        let many = (0..<30).map { "X-\($0): a" }.joined(separator: "\r\n")
        #expect(try await http.answer(last("GET /", many)).status == "431")
        #expect(try await http.answer(last("POST /", "Content-Length: 11", content: "hello world")).status == "413")
        #expect(
            try await http.answer(
                last("POST /", "Transfer-Encoding: chunked", content: "b\r\nhello world\r\n0\r\n\r\n")
            ).status
                == "413")
        #expect(try await http.answer(last("POST /", "Content-Length: 10", content: "hello, you")).status == "200")
        // Two loops may each have one.
        var waiting: [Peer] = []
        for _ in 0..<8 {
            let client = try await http.client()
            client.send(last("GET /silent"))
            waiting.append(client)
        }
        #expect(waiting.count == 8)
        _ = await http.stage.log.wait { $0.contains { $0.reason == "tooManyRequests" } }
        for client in waiting { client.close() }
        try await http.stop()
    }

    @Test("a stop that waits for nobody ends who came in the same moment, too")
    func stoppedAtOnce() async throws {
        for _ in 0..<10 {
            let http = try await HTTPStage { $0.limits.answerTimeout = .seconds(600) }
            var clients: [Peer] = []
            for _ in 0..<8 {
                let client = try await http.client()
                client.send(last("GET /silent"))
                clients.append(client)
            }
            try await http.stop()
            for client in clients { _ = await client.closed() }
        }
    }

    @Test("rules that change cut what is under way and is allowed no more, and nothing else")
    func judgedAgain() async throws {
        let http = try await HTTPStage(try Self.rules())
        let reading = try await http.client()
        reading.send("GET /open/silent HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n")
        let socket = try await http.client()
        socket.send("GET /open/a HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n")
        _ = await http.origin.got(2)
        _ = await socket.board.wait { !$0.bytes.isEmpty }
        let narrower = try Policy {
            allow("writing") {
                peer(in: "spiffe://example.internal/alice")
                request(.post, "/inbox")
            }
        }
        try http.end.replace(try http.stage.serviceTrust(under: narrower))
        socket.send(last("GET /open/a"))
        let text = String(decoding: await socket.inputEnded().bytes, as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 200") && text.contains("HTTP/1.1 403"))
        // What was under way there is allowed no more either.
        #expect(await reading.closed().bytes.isEmpty)
        let waiting = try await http.client()
        _ = await waiting.proved()
        let nobody = try Policy { allow("others") { peer(in: "spiffe://example.internal/others") } }
        try http.end.replace(try http.stage.serviceTrust(under: nobody))
        _ = await waiting.closed()
        #expect(http.stage.log.requests.last { $0.path == "/open/silent" }?.reason == "policy")
        _ = await http.stage.log.wait { (events: [EndEvent]) in
            events.contains { if case .closed(let facts) = $0 { facts.reason == "policy" } else { false } }
        }
        try await http.stop()
    }
}

extension EventLog {
    var requests: [RequestFacts] { Self.requests(events) }

    func wait(until condition: @escaping @Sendable ([RequestFacts]) -> Bool) async -> [RequestFacts] {
        Self.requests(await wait { condition(Self.requests($0)) })
    }

    private static func requests(_ events: [EndEvent]) -> [RequestFacts] {
        events.compactMap { if case .request(let facts) = $0 { facts } else { nil } }
    }
}
