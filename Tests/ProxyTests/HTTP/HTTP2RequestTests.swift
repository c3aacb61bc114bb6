import NIOCore
import NIOHPACK
import NIOHTTP2
import SymbolonAccessPolicy
import SymbolonProxy
import SymbolonTransport
import Testing

@Suite("Requests of HTTP/2 are decided one by one, and handed on as HTTP/1.1", .timeLimit(.minutes(5)))
struct HTTP2RequestTests {
    @Test("streams side by side are answered, each with the peer's certificate")
    func honest() async throws {
        let http = try await HTTPStage()
        let client = try await HTTP2Client.connect(http)
        let get = try await client.stream(
            "GET", "/a?b", [("cookie", "a=1"), ("cookie", "b=2"), ("client-cert", "forged")])
        let post = try await client.stream("POST", "/b", ends: false)
        post.send("some ")
        post.send("content", ends: true)
        #expect(await get.answer().status == "200")
        let answer = await post.answer()
        #expect(answer.content.hasSuffix("some content") && answer.fields.contains("x-backend: origin"))
        #expect(!answer.fields.contains { $0.hasPrefix("connection") || $0.hasPrefix("alt-svc") })
        let got = await http.origin.got(2).sorted { $0.target < $1.target }
        #expect(got.map(\.target) == ["/a?b", "/b"] && got.allSatisfy { $0.values("client-cert").count == 1 })
        #expect(got[0].values("cookie") == ["a=1; b=2"] && got[0].values("via") == ["2 symbolon"])
        #expect(got[1].values("transfer-encoding") == ["chunked"])
        #expect(http.stage.log.accepted.first?.session.alpn == "h2")
        let trailers = await (try await client.stream("GET", "/trailers")).answer()
        #expect(trailers.content == "content" && trailers.trailers == ["grpc-status: 0"])
        #expect(await (try await client.stream("GET", "/big")).answer().content.utf8.count == 1 << 20)
        #expect(await (try await client.stream("HEAD", "/x")).answer().content.isEmpty)
        client.close()
        try await http.stop()
    }

    @Test("T06: a stream for another host gets 421, and the other streams live on")
    func coalescing() async throws {
        let http = try await HTTPStage { $0.hosts = [HTTPStage.host, "other.example.internal"] }
        let client = try await HTTP2Client.connect(http)
        #expect(await (try await client.stream("GET", "/first")).answer().status == "200")
        let other = await (try await client.stream("GET", "/other", authority: "other.example.internal")).answer()
        #expect(other.status == "421" && other.content.contains("urn:symbolon:problem:misdirected"))
        let doubled = try await client.stream("GET", "/two", [("host", "other.example.internal")])
        #expect(await doubled.answer().status == "400")
        #expect(await (try await client.stream("GET", "/none", authority: nil)).answer().status == "400")
        #expect(await (try await client.stream("GET", "/last")).answer().status == "200")
        #expect(http.origin.got.value.map(\.target) == ["/first", "/last"])
        let honest = try await HTTP2Client.connect(http, serverName: "other.example.internal")
        #expect(
            await (try await honest.stream("GET", "/other", authority: "other.example.internal")).answer().status
                == "200")
        client.close()
        honest.close()
        try await http.stop()
    }

    static let bad: [(String, [(String, String)])] = [
        ("/a", [("x-a", "b\r\nclient-cert: forged")]), ("/a", [("x-a", "b\nc")]),
        ("/a", [("x-a\r\nclient-cert", "forged")]),
        ("/a\r\nhost: other", []), ("/a HTTP/1.1\r\nX: y", []), ("/a b", []),
        ("/a", [("transfer-encoding", "chunked")]),
        ("/a", [("connection", "close")]), ("/a", [("upgrade", "websocket")]), ("/a", [("content-length", "5")]),
        ("/a", [("X-Upper", "b")]), ("/a", [("x-a", "b\0c")]), ("/a/../b", []), ("/a", [(":path", "/b")]),
        ("/a", [("te", "gzip")]),
    ]

    @Test("T15: what would be another request in HTTP/1.1 is none in HTTP/2 either", arguments: bad.indices)
    func smuggling(_ index: Int) async throws {
        let http = try await HTTPStage()
        let client = try await HTTP2Client.connect(http)
        let (path, fields) = Self.bad[index]
        let answer = await (try await client.stream("GET", path, fields)).answer()
        #expect(answer.status == nil || answer.status == "400", "\(answer)")
        #expect(http.origin.got.value.isEmpty, "\(http.origin.got.value)")
        let honest = try await HTTP2Client.connect(http)
        #expect(await (try await honest.stream("GET", "/honest")).answer().status == "200")
        let got = await http.origin.got.wait { $0.contains { $0.target == "/honest" } }
        #expect(got.count == 1)
        client.close()
        honest.close()
        try await http.stop()
    }

    @Test("T34: streams opened and reset end the connection, and others are served")
    func rapidReset() async throws {
        let http = try await HTTPStage()
        let client = try await HTTP2Client.connect(http)
        for _ in 0..<2_000 {
            if client.board.value.isClosed { break }
            guard let stream = try? await client.stream("GET", "/silent") else { break }
            stream.channel.close(promise: nil)
        }
        _ = await client.closed()
        let honest = try await HTTP2Client.connect(http)
        #expect(await (try await honest.stream("GET", "/")).answer().status == "200")
        #expect(http.origin.connections.value < 600)
        honest.close()
        try await http.stop()
        #expect(await http.end.counters().requestsInProgress == 0)
    }

    @Test("T34: settings and pings without end, and empty frames, end the connection", arguments: [0, 1, 2])
    func floods(_ kind: Int) async throws {
        let http = try await HTTPStage()
        let client = try await HTTP2Client.connect(http)
        #expect(await (try await client.stream("GET", "/")).answer().status == "200")
        let held = kind == 2 ? try await client.stream("POST", "/held", ends: false) : nil
        for _ in 0..<5_000 where !client.board.value.isClosed {
            switch kind {
            case 0:
                client.channel.write(HTTP2Frame(streamID: .rootStream, payload: .settings(.settings([]))), promise: nil)
            case 1:
                client.channel.write(
                    HTTP2Frame(streamID: .rootStream, payload: .ping(HTTP2PingData(withInteger: 1), ack: false)),
                    promise: nil)
            default: held?.send("")
            }
        }
        client.channel.flush()
        _ = await client.closed()
        let honest = try await HTTP2Client.connect(http)
        #expect(await (try await honest.stream("GET", "/")).answer().status == "200")
        honest.close()
        try await http.stop()
    }

    @Test("T34: a header block in frames without end ends the connection, however small they are")
    func continuations() async throws {
        let http = try await HTTPStage()
        let client = try await http.client(alpn: ["h2"])
        client.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0])
        // HEADERS without END_HEADERS, and CONTINUATION after CONTINUATION.
        client.send([0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82])
        for _ in 0..<200 { client.send([0, 0, 1, 9, 0, 0, 0, 0, 1, 0x84]) }
        _ = await client.closed()
        #expect(http.origin.got.value.isEmpty)
        #expect(try await http.answer(last("GET /honest")).status == "200")
        try await http.stop()
    }

    @Test("more streams than may be, and heads that are too large, are refused")
    func limits() async throws {
        let http = try await HTTPStage {
            $0.limits.streams = 2
            $0.limits.headerBytes = 2_048
        }
        let client = try await HTTP2Client.connect(http)
        let large = try await client.stream("GET", "/large", [("x-a", String(repeating: "a", count: 8_000))])
        let answer = await large.answer()
        #expect(answer.status == nil || answer.status == "431")
        #expect(http.origin.got.value.isEmpty)
        client.close()
        try await http.stop()
    }

    @Test("a drained end says so, answers what has come, and ends")
    func drain() async throws {
        let http = try await HTTPStage()
        let client = try await HTTP2Client.connect(http)
        let stream = try await client.stream("POST", "/late", ends: false)
        stream.send("first ")
        _ = await http.origin.connections.wait { $0 > 0 }
        async let stopped: Void = http.end.stop(within: .seconds(30))
        _ = await client.board.wait { $0.isInputEnded }
        stream.send("last", ends: true)
        #expect(await stream.answer().content.hasSuffix("first last"))
        await stopped
        _ = await client.closed()
        try await http.origin.stop()
    }
}
