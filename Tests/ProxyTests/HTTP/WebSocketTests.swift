import NIOCore
import SymbolonAccessPolicy
import SymbolonProxy
import Testing

@Suite("WebSockets pass, and live under the rule that let them in", .timeLimit(.minutes(5)))
struct WebSocketTests {
    static let asked =
        "GET /socket HTTP/1.1\r\nHost: \(HTTPStage.host)\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

    static func rules(_ path: String) throws -> Policy {
        try Policy {
            allow("sockets") {
                peer(in: "spiffe://example.internal/alice")
                request(.get, path, "/other")
            }
        }
    }

    @Test("octets pass both ways, from the first behind the request on, and end as they end")
    func honest() async throws {
        let http = try await HTTPStage(try Self.rules("/socket"))
        let client = try await http.client()
        client.send(Self.asked + "early")
        _ = await client.board.wait { String(decoding: $0.bytes, as: UTF8.self).hasSuffix("early") }
        let bytes = pattern(300_000)
        client.send(bytes)
        let seen = await client.board.wait { $0.bytes.suffix(bytes.count) == bytes[...] }
        #expect(String(decoding: seen.bytes.prefix(100), as: UTF8.self).hasPrefix("HTTP/1.1 101"))
        let got = try #require(await http.origin.got(1).first)
        #expect(got.values("upgrade") == ["websocket"] && got.values("client-cert").count == 1)
        #expect(await http.end.counters().requestsInProgress == 1)
        client.close()
        #expect(await http.stage.log.closed(1).first?.reason == "finished")
        #expect(await http.end.counters().requestsInProgress == 0)
        try await http.stop()
    }

    @Test("a WebSocket whose rule goes is cut, and one whose rule stays lives")
    func judgedAgain() async throws {
        let http = try await HTTPStage(try Self.rules("/socket"))
        let client = try await http.client()
        client.send(Self.asked)
        _ = await http.origin.got(1)
        _ = await client.board.wait { String(decoding: $0.bytes, as: UTF8.self).hasSuffix("\r\n\r\n") }
        try http.end.replace(try http.stage.serviceTrust(under: try Self.rules("/**")))
        await http.end.settled()
        client.send("still")
        _ = await client.board.wait { String(decoding: $0.bytes, as: UTF8.self).hasSuffix("still") }
        try http.end.replace(try http.stage.serviceTrust(under: try Self.rules("/elsewhere")))
        _ = await client.closed()
        #expect(http.stage.log.requests.last?.reason == "policy")
        try await http.stop()
    }

    @Test("other protocols than WebSocket are not switched to, and answers that say so are not passed on")
    func others() async throws {
        let http = try await HTTPStage()
        let answer = try await http.answer(
            "GET /socket HTTP/1.1\r\nHost: \(HTTPStage.host)\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
        #expect(answer.status == "502")
        let got = try #require(await http.origin.got(1).first)
        #expect(got.values("upgrade").isEmpty && got.values("http2-settings").isEmpty)
        #expect(try await http.answer(last("GET /plain", "Upgrade: h2c")).status == "200")
        try await http.stop()
    }

    // MARK: Over HTTP/2

    private func asked(_ client: HTTP2Client, _ path: String = "/socket", _ named: String? = "websocket") async throws
        -> HTTP2Stream
    {
        await client.hasSettings()
        let fields = named.map { [(":protocol", $0)] } ?? []
        return try await client.stream(
            "CONNECT", path,
            fields + [("sec-websocket-version", "13"), ("sec-websocket-key", "bm90IG1pbmUgYXQgYWxsIQ==")],
            ends: false)
    }

    @Test(
        "RFC 8441: a stream carries octets both ways, under the rule for GET, and ends as it ends; others go on beside it"
    )
    func overHTTP2() async throws {
        let http = try await HTTPStage(try Self.rules("/socket"))
        let client = try await HTTP2Client.connect(http)
        let socket = try await asked(client)
        // Before the answer is there.
        socket.send("early ")
        _ = await socket.board.wait { $0.content == "early " }
        #expect(socket.board.value.status == "200")
        #expect(!socket.board.value.fields.contains { $0.hasPrefix("sec-websocket-accept") || $0.hasPrefix("upgrade") })
        let text = String(repeating: "0123456789abcdef", count: 20_000)
        socket.send(text)
        _ = await socket.board.wait { $0.content.utf8.count == 6 + text.utf8.count }
        #expect(await (try await client.stream("GET", "/other")).answer().status == "200")
        let got = try #require(await http.origin.got(1).first)
        #expect(got.method == "GET" && got.target == "/socket" && got.values("upgrade") == ["websocket"])
        #expect(got.values("sec-websocket-key").count == 1)
        #expect(got.values("sec-websocket-key") != ["bm90IG1pbmUgYXQgYWxsIQ=="])
        #expect(got.values("client-cert").count == 1 && got.values("via") == ["2 symbolon"])
        socket.send("last", ends: true)
        let end = await socket.answer()
        #expect(end.isEnded && !end.isReset && end.content.hasSuffix("last"))
        #expect(await http.end.counters().requestsInProgress == 0)
        client.close()
        try await http.stop()
    }

    @Test("RFC 8441: what no rule allows is refused, and a stream whose rule goes is reset, and no other")
    func judgedAgainOverHTTP2() async throws {
        let http = try await HTTPStage(try Self.rules("/socket"))
        let client = try await HTTP2Client.connect(http)
        #expect(await (try await asked(client, "/elsewhere")).answer().status == "403")
        let socket = try await asked(client)
        socket.send("still")
        _ = await socket.board.wait { $0.content == "still" }
        let beside = try await client.stream("POST", "/other", ends: false)
        #expect(await beside.answer().status == "403")
        try http.end.replace(try http.stage.serviceTrust(under: try Self.rules("/elsewhere")))
        let cut = await socket.board.wait { $0.isReset || $0.isClosed }
        #expect(!cut.isEnded)
        #expect(await (try await client.stream("GET", "/other")).answer().status == "200")
        #expect(http.stage.log.requests.last { $0.path == "/socket" }?.reason == "policy")
        client.close()
        try await http.stop()
    }

    @Test("RFC 8441: what speaks no WebSocket opens none", arguments: ["/lying", "/plain"])
    func noSocket(_ path: String) async throws {
        let http = try await HTTPStage()
        let client = try await HTTP2Client.connect(http)
        #expect(await (try await asked(client, path)).answer().status == "502")
        client.close()
        try await http.stop()
    }

    @Test("RFC 8441: other tunnels are none, nor is any where the backend could carry none")
    func otherTunnels() async throws {
        let http = try await HTTPStage()
        let client = try await HTTP2Client.connect(http)
        let other = await (try await asked(client, "/socket", "connect-udp")).answer()
        #expect(other.status == "405", "\(other)")
        client.close()
        try await http.stop()
        let clear = try await HTTPStage { $0.backend = .h2c }
        let second = try await HTTP2Client.connect(clear)
        let refused = await (try await asked(second)).answer()
        #expect(refused.status != "200" && clear.origin.got.value.isEmpty, "\(refused)")
        second.close()
        try await clear.stop()
    }
}
