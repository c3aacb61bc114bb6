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
}
