import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import SymbolonTransport

@Suite("On real sockets", .timeLimit(.minutes(5)))
struct SocketTests {
    private static func pattern(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }

    @Test("one megabyte each way arrives as sent")
    func bulk() async throws {
        let server = try await LoopbackServer.start(TestContext.server(), halfClosure: false, echoes: true)
        let client = try await LoopbackClient.connect(to: server.port, TestContext.client())
        let bytes = Self.pattern(1 << 20)
        client.channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
        #expect(try await client.watch.bytes(bytes.count).get() == bytes)
        try await client.channel.close().get()
        #expect(try await server.next().watch.ended.get() == nil)
        try await server.stop()
    }

    @Test("the client finishes, the server answers afterwards, then finishes: half-closure both ways")
    func halfClosures() async throws {
        let server = try await LoopbackServer.start(TestContext.server())
        let client = try await LoopbackClient.connect(to: server.port, TestContext.client())
        try await client.channel.writeAndFlush(ByteBuffer(string: "question")).get()
        try await client.channel.close(mode: .output).get()
        let accepted = await server.next()
        try await accepted.watch.inputClosed.get()
        #expect(try await accepted.watch.bytes(8).get() == Array("question".utf8))
        let answer = Self.pattern(300_000)
        accepted.channel.writeAndFlush(ByteBuffer(bytes: answer), promise: nil)
        accepted.channel.close(mode: .output, promise: nil)
        #expect(try await client.watch.bytes(answer.count).get() == answer)
        try await client.watch.inputClosed.get()
        #expect(try await client.watch.ended.get() == nil)
        #expect(try await accepted.watch.ended.get() == nil)
        try await server.stop()
    }

    @Test("the server may finish first")
    func serverFinishesFirst() async throws {
        let server = try await LoopbackServer.start(TestContext.server())
        let client = try await LoopbackClient.connect(to: server.port, TestContext.client())
        let accepted = await server.next()
        _ = try await accepted.watch.proved.get()
        try await accepted.channel.close(mode: .output).get()
        try await client.watch.inputClosed.get()
        client.channel.writeAndFlush(ByteBuffer(bytes: [1, 2, 3]), promise: nil)
        client.channel.close(mode: .output, promise: nil)
        #expect(try await accepted.watch.bytes(3).get() == [1, 2, 3])
        #expect(try await accepted.watch.ended.get() == nil)
        try await server.stop()
    }

    @Test("a FIN without close_notify is truncation", arguments: [true, false])
    func truncation(halfClosure: Bool) async throws {
        let server = try await LoopbackServer.start(TestContext.server(), halfClosure: halfClosure)
        let client = try await LoopbackClient.connect(to: server.port, TestContext.client())
        let accepted = await server.next()
        _ = try await accepted.watch.proved.get()
        // From below TLS: the handler does not hear of it, and so says no close_notify.
        try await client.channel.eventLoop.submit {
            let tls = try client.channel.pipeline.syncOperations.context(handlerType: TLSHandler.self)
            tls.close(mode: .all, promise: nil)
        }.get()
        #expect(try await accepted.watch.ended.get() == "truncated")
        try await server.stop()
    }

    @Test("a reset is the transport's error, not truncation")
    func reset() async throws {
        let server = try await LoopbackServer.start(TestContext.server())
        let client = try await LoopbackClient.connect(to: server.port, TestContext.client())
        let accepted = await server.next()
        _ = try await accepted.watch.proved.get()
        let socket = try #require(client.channel as? any SocketOptionProvider)
        try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await client.channel.eventLoop.submit {
            let tls = try client.channel.pipeline.syncOperations.context(handlerType: TLSHandler.self)
            tls.close(mode: .all, promise: nil)
        }.get()
        #expect(try await accepted.watch.ended.get() == "transport: IOError")
        try await server.stop()
    }

    @Test(
        "each refusal's alert reaches a client that has already begun to send",
        arguments: [
            TLSAlert.certificateRevoked, .certificateExpired, .unknownCA, .accessDenied, .badCertificate,
        ])
    func refusalReaches(alert: TLSAlert) async throws {
        let server = try await LoopbackServer.start(TestContext.server(), verify: { _ in .refused(alert) })
        let client = try await LoopbackClient.connect(to: server.port, TestContext.client())
        client.channel.writeAndFlush(ByteBuffer(bytes: Self.pattern(200_000)), promise: nil)
        #expect(try await client.watch.ended.get() == "\(TLSFailure.peerAlert(alert))")
        let accepted = await server.next()
        #expect(try await accepted.watch.ended.get() == "\(TLSFailure.peerRefused(alert))")
        #expect(try await accepted.channel.eventLoop.submit { accepted.watch.counted.value.bytes.count }.get() == 0)
        try await server.stop()
    }

    @Test("one byte a segment, both ways")
    func tinySegments() async throws {
        let server = try await LoopbackServer.start(TestContext.server(), echoes: true)
        let client = try await LoopbackClient.connect(to: server.port, TestContext.client())
        try await client.channel.setOption(.socketOption(.tcp_nodelay), value: 1).get()
        try await client.channel.eventLoop.submit {
            try client.channel.pipeline.syncOperations.addHandler(OneByteWrites(), position: .first)
        }.get()
        let bytes = Self.pattern(2_000)
        for start in stride(from: 0, to: bytes.count, by: 100) {
            client.channel.writeAndFlush(ByteBuffer(bytes: bytes[start..<(start + 100)]), promise: nil)
        }
        #expect(try await client.watch.bytes(bytes.count).get() == bytes)
        try await client.channel.close().get()
        try await server.stop()
    }

    @Test("a reader that does not read holds the writer back, and gets everything when it reads")
    func backPressure() async throws {
        let server = try await LoopbackServer.start(TestContext.server(), autoRead: false)
        let client = try await LoopbackClient.connect(to: server.port, TestContext.client())
        let accepted = await server.next()
        _ = try await accepted.watch.proved.get()
        // More than loopback's socket buffers take, in pieces, so that writability is asked between them.
        let piece = Self.pattern(1 << 16)
        var pieces = 0
        while client.channel.isWritable, pieces < 1_024 {
            pieces += 1
            try await client.channel.eventLoop.submit {
                client.channel.writeAndFlush(ByteBuffer(bytes: piece), promise: nil)
            }.get()
        }
        #expect(pieces < 1_024)
        let unread = try await accepted.channel.eventLoop.submit { accepted.watch.counted.value.bytes.count }.get()
        #expect(unread == 0)
        try await accepted.channel.setOption(.autoRead, value: true).get()
        let received = try await accepted.watch.bytes(pieces * piece.count).get()
        #expect(received.count == pieces * piece.count)
        try await client.channel.close().get()
        try await server.stop()
    }

    @Test("a peer that never reads does not keep a closing connection beyond the deadline")
    func closingDeadline() async throws {
        var settings = TLSSettings()
        settings.closingDeadline = .milliseconds(50)
        let server = try await LoopbackServer.start(TestContext.server(), autoRead: false)
        let client = try await LoopbackClient.connect(to: server.port, TestContext.client(settings))
        _ = try await client.watch.proved.get()
        client.channel.writeAndFlush(ByteBuffer(repeating: 1, count: 1 << 26), promise: nil)
        try await client.channel.close().get()
        #expect(!client.channel.isActive)
        try await server.stop()
    }

    @Test("plaintext HTTP is turned away without a byte of TLS to the application")
    func plaintext() async throws {
        let server = try await LoopbackServer.start(TestContext.server())
        let client = try await LoopbackClient.connectPlain(to: server.port)
        client.writeAndFlush(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), promise: nil)
        #expect(try await server.next().watch.ended.get() == "plaintextHTTP")
        try await client.closeFuture.get()
        try await server.stop()
    }

    @Test("T33: a silent socket is closed at the deadline")
    func silent() async throws {
        var settings = TLSSettings()
        settings.handshakeDeadline = .milliseconds(50)
        let server = try await LoopbackServer.start(TestContext.server(settings))
        let client = try await LoopbackClient.connectPlain(to: server.port)
        #expect(
            try await server.next().watch.ended.get() == "\(TLSFailure.handshakeTimedOut(after: .milliseconds(50)))")
        try await client.closeFuture.get()
        try await server.stop()
    }

    @Test("ends with an old and a new context live side by side: rotation needs no more than a new context")
    func rotation() async throws {
        let server = try await LoopbackServer.start(TestContext.server(), echoes: true)
        let old = try await LoopbackClient.connect(to: server.port, TestContext.client())
        _ = try await old.watch.proved.get()
        let rotated = try TLSContext(side: .client, identity: TestIdentity.ed25519.tls)
        let new = try await LoopbackClient.connect(to: server.port, rotated)
        _ = try await new.watch.proved.get()
        for connection in [old, new] {
            connection.channel.writeAndFlush(ByteBuffer(bytes: [5]), promise: nil)
            #expect(try await connection.watch.bytes(1).get() == [5])
            try await connection.channel.close().get()
        }
        try await server.stop()
    }

    /// Cuts what TLS sends into writes of one byte, flushed one by one.
    private final class OneByteWrites: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            var bytes = unwrapOutboundIn(data)
            while bytes.readableBytes > 1, let one = bytes.readSlice(length: 1) {
                context.writeAndFlush(wrapOutboundOut(one), promise: nil)
            }
            context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
        }
    }
}
