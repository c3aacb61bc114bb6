import NIOCore
import SymbolonProxy
import SymbolonTestSupport
import SymbolonTransport
import Testing

@Suite("A stream ends at one side as it ended at the other", .timeLimit(.minutes(5)))
struct StreamTests {
    /// alice, connected through a service to a backend.
    struct Line {
        let stage: Stage
        let backend: Backend
        let end: RunningEnd
        let client: Peer

        init(_ behaviour: Backend.Behaviour) async throws {
            stage = try Stage()
            backend = try await Backend(behaviour)
            end = try await stage.protect(backend.endpoint)
            client = try await tlsClient(end.port, try stage.tls("alice"))
        }

        func over() async { await end.stop(within: .zero) }
    }

    @Test("the client ends first: the backend sees the end, answers, and the answer arrives whole")
    func clientEndsFirst() async throws {
        let answer = pattern(3 << 20)
        let line = try await Line(.answer(answer))
        line.client.send("a question")
        try await line.client.endOutput()
        let seen = await line.client.inputEnded()
        #expect(seen.bytes == answer && seen.error == nil)
        #expect(await line.backend.peer().closed().bytes == Array("a question".utf8))
        #expect(await line.stage.log.closed(1).first?.reason == "finished")
        await line.over()
    }

    @Test("the backend ends first: the client sees the end and goes on sending")
    func backendEndsFirst() async throws {
        let line = try await Line(.greet(Array("that is all".utf8)))
        let seen = await line.client.inputEnded()
        #expect(seen.bytes == Array("that is all".utf8) && seen.error == nil && !seen.isClosed)
        let bytes = pattern(1 << 20)
        line.client.send(bytes)
        #expect(await line.backend.peer().received(bytes.count) == bytes)
        try await line.client.endOutput()
        #expect(await line.backend.peer().inputEnded().error == nil)
        #expect(await line.stage.log.closed(1).first?.reason == "finished")
        await line.over()
    }

    @Test("the backend resets: the client sees a break, not an end")
    func backendResets() async throws {
        let line = try await Line(.silent)
        line.client.send("x")
        let peer = await line.backend.peer()
        _ = await peer.received(1)
        peer.cut(reset: true)
        let seen = await line.client.closed()
        #expect(seen.error != nil && !seen.isInputEnded)
        #expect(await line.stage.log.closed(1).first?.reason == "broken")
        await line.over()
    }

    @Test("the client resets: the backend sees a reset, not an end")
    func clientResets() async throws {
        let line = try await Line(.silent)
        line.client.send("x")
        _ = await line.backend.peer().received(1)
        line.client.cut(reset: true)
        let seen = await line.backend.peer().closed()
        #expect(seen.error != nil && !seen.isInputEnded)
        await line.over()
    }

    @Test("the client's stream is cut without close_notify: the backend sees a reset, not an end")
    func truncated() async throws {
        let line = try await Line(.silent)
        line.client.send("half a mess")
        _ = await line.backend.peer().received(11)
        line.client.cut(reset: false)
        let seen = await line.backend.peer().closed()
        #expect(seen.error != nil && !seen.isInputEnded)
        let closed = try #require(await line.stage.log.closed(1).first)
        #expect(closed.reason == "broken" && closed.explanation.contains("close_notify"))
        await line.over()
    }

    @Test("a backend that is not there: the client sees an orderly end, and the operator why")
    func backendAbsent() async throws {
        let stage = try Stage()
        let end = try await stage.protect(.host("127.0.0.1", port: try ClosedPort.make()))
        let client = try await tlsClient(end.port, try stage.tls("alice"))
        client.send("anybody?")
        #expect(await client.inputEnded().error == nil)
        #expect(await stage.log.closed(1).first?.reason == "unreachable")
        #expect(stage.log.names.contains("backendFailed"))
        await end.stop()
    }

    @Test("a reader that does not read holds the backend back, and loses nothing")
    func slowReader() async throws {
        let flood = [[UInt8]](repeating: pattern(1_000_003), count: 80).flatMap(\.self)
        let line = try await Line(.flood(flood))
        _ = await line.client.received(1)
        try await line.client.channel.setOption(.autoRead, value: false).get()
        // The flow stands when many looks in a row find it where it was.
        var taken: UInt64 = 0
        var still = 0
        while still < 500 {
            let now = await line.end.counters().bytesDown
            still = now == taken ? still + 1 : 0
            taken = now
        }
        // What lies between is what the kernels' buffers and two water marks hold, never the whole. What the client had read
        // before it stopped does not count.
        let read = UInt64(line.client.board.value.bytes.count)
        #expect(taken - read < 20 << 20)
        try await line.client.channel.setOption(.autoRead, value: true).get()
        #expect(await line.client.received(flood.count) == flood)
        line.client.close()
        await line.over()
    }
}
