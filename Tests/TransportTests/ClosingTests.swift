import NIOCore
import NIOEmbedded
import Testing

@testable import SymbolonTransport

@Suite("RFC 8446 §6.1: an orderly end is told from a cut one")
struct ClosingTests {
    @Test("close_notify is the end of input where half-closure is allowed, and we may still write")
    func halfClosed() throws {
        let pair = try EmbeddedPair.established(halfClosure: true)
        pair.client.send([1])
        let closed = pair.client.channel.close(mode: .output)
        try pair.exchange()
        try closed.wait()
        #expect(pair.client.transport.outputCloses == 1)
        #expect(pair.server.recorder.received == [1])
        #expect(pair.server.recorder.inputClosed == 1)
        pair.server.send([2, 3])
        try pair.exchange()
        #expect(pair.client.recorder.received == [2, 3])
        pair.server.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.server.recorder.inputClosed == 1)
        _ = pair.server.channel.close(mode: .output)
        try pair.exchange()
        #expect(pair.client.recorder.inputClosed == 1)
        #expect(!pair.client.channel.isActive)
        #expect(!pair.server.channel.isActive)
        #expect(pair.client.recorder.failures.isEmpty)
        #expect(pair.server.recorder.failures.isEmpty)
    }

    @Test("close_notify ends both directions where half-closure is not allowed, and is answered")
    func fullyClosed() throws {
        let pair = try EmbeddedPair.established()
        _ = pair.client.channel.close(mode: .output)
        try pair.server.take(pair.client.takeOutput())
        #expect(!pair.server.channel.isActive)
        let answer = try pair.server.takeOutput()
        #expect(answer.readableBytes > 0)
        try pair.client.take(answer)
        #expect(!pair.client.channel.isActive)
        #expect(pair.client.recorder.failures.isEmpty)
        #expect(pair.server.recorder.failures.isEmpty)
    }

    @Test("closing sends what was written, then close_notify")
    func closeFlushes() throws {
        let pair = try EmbeddedPair.established()
        pair.client.channel.pipeline.write(ByteBuffer(bytes: [7, 8]), promise: nil)
        try pair.client.channel.close().wait()
        try pair.server.take(pair.client.takeOutput())
        #expect(pair.server.recorder.received == [7, 8])
        #expect(pair.server.recorder.failures.isEmpty)
        #expect(!pair.server.channel.isActive)
    }

    @Test("the transport ending without close_notify is truncation, reported once and before the end")
    func truncated() throws {
        let pair = try EmbeddedPair.established()
        pair.client.send([1])
        try pair.exchange()
        pair.server.channel.pipeline.syncOperations.fireChannelInactive()
        #expect(pair.server.recorder.failures == [.truncated])
        #expect(pair.server.recorder.received == [1])
        #expect(pair.server.recorder.inputClosed == 0)
    }

    @Test("a transport's end of input without close_notify is truncation, not an end of input")
    func truncatedHalf() throws {
        let pair = try EmbeddedPair.established(halfClosure: true)
        pair.server.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.server.recorder.failures == [.truncated])
        #expect(pair.server.recorder.inputClosed == 0)
        #expect(!pair.server.channel.isActive)
    }

    @Test("truncation is truncation after we have finished, too")
    func truncatedAfterOurs() throws {
        let pair = try EmbeddedPair.established(halfClosure: true)
        _ = pair.server.channel.close(mode: .output)
        pair.server.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.server.recorder.failures == [.truncated])
    }

    @Test("an end within the handshake is its own failure")
    func cutHandshake() throws {
        let pair = try EmbeddedPair.honest()
        try pair.server.connect()
        try pair.client.connect()
        try pair.server.take(pair.client.takeOutput())
        pair.server.channel.pipeline.syncOperations.fireChannelInactive()
        #expect(pair.server.recorder.failures == [.peerClosedDuringHandshake])
    }

    @Test("the transport's own error passes, and is not called truncation as well")
    func reset() throws {
        let pair = try EmbeddedPair.established()
        pair.server.channel.pipeline.fireErrorCaught(IOError(errnoCode: 104, reason: "read"))
        pair.server.channel.pipeline.syncOperations.fireChannelInactive()
        #expect(pair.server.recorder.failures.isEmpty)
        #expect(pair.server.recorder.otherErrors.count == 1)
    }

    @Test("nothing is written after our close_notify")
    func writeAfterClose() throws {
        let pair = try EmbeddedPair.established(halfClosure: true)
        _ = pair.client.channel.close(mode: .output)
        let promise = pair.loop.makePromise(of: Void.self)
        pair.client.send([1], promise: promise)
        #expect(throws: ChannelError.outputClosed) { try promise.futureResult.wait() }
        try pair.exchange()
        #expect(pair.server.recorder.received.isEmpty)
        #expect(throws: ChannelError.outputClosed) { try pair.client.channel.close(mode: .output).wait() }
        #expect(throws: ChannelError.operationUnsupported) { try pair.client.channel.close(mode: .input).wait() }
    }

    @Test("an output closed before proof is closed after what was held back is sent")
    func closeBeforeProof() throws {
        let pair = try EmbeddedPair.honest(halfClosure: true)
        pair.client.send([1, 2])
        let closed = pair.client.channel.close(mode: .output)
        try pair.handshake()
        try closed.wait()
        #expect(pair.server.recorder.received == [1, 2])
        #expect(pair.server.recorder.inputClosed == 1)
    }

    @Test("closing within the handshake closes at once")
    func closeWithinHandshake() throws {
        let pair = try EmbeddedPair.honest()
        try pair.client.connect()
        try pair.client.channel.close().wait()
        #expect(!pair.client.channel.isActive)
        #expect(pair.client.recorder.failures.isEmpty)
    }

    @Test("abandoning says no close_notify: the peer sees truncation")
    func abandoned() throws {
        let pair = try EmbeddedPair.established()
        try pair.client.channel.triggerUserOutboundEvent(AbandonConnection()).wait()
        #expect(!pair.client.channel.isActive)
        #expect(try pair.client.takeOutput().readableBytes == 0)
        #expect(pair.client.recorder.failures.isEmpty)
        #expect(throws: ChannelError.alreadyClosed) {
            try pair.client.channel.triggerUserOutboundEvent(AbandonConnection()).wait()
        }
    }

    @Test("abandoning with a word says it, after what was written, and waits for the peer to have read it")
    func abandonedWithAWord() throws {
        let pair = try EmbeddedPair.established()
        pair.server.send([5])
        let closed = pair.server.channel.triggerUserOutboundEvent(AbandonConnection(saying: .certificateRevoked))
        #expect(pair.server.transport.outputCloses == 1)
        // What still comes is thrown away.
        pair.client.send([1])
        try pair.server.take(pair.client.takeOutput())
        #expect(pair.server.recorder.received == [])
        try pair.client.take(pair.server.takeOutput())
        #expect(pair.client.recorder.received == [5])
        #expect(pair.client.recorder.failures == [.peerAlert(.certificateRevoked)])
        pair.server.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        pair.loop.run()
        try closed.wait()
        #expect(pair.server.recorder.failures.isEmpty)
        #expect(!pair.server.channel.isActive)
    }

    @Test("a closed connection leaves nothing behind")
    func released() throws {
        weak var handler: TLSHandler?
        weak var engine: TLSEngine?
        weak var captured: Token?
        do {
            let token = Token()
            captured = token
            let pair = try EmbeddedPair(
                clientIdentity: TestIdentity.client.tls, serverVerifies: { [token] _ in .accepted(token.value) })
            try pair.handshake()
            handler = pair.server.tls
            engine = pair.server.tls.engine
            #expect(handler != nil && engine != nil)
            try pair.client.channel.close().wait()
            try pair.exchange()
            pair.loop.run()
            _ = try? pair.server.channel.finish()
        }
        #expect(handler == nil)
        #expect(engine == nil)
        #expect(captured == nil)
    }

    @Test("what verification captured is released when the handshake is through")
    func verifierReleased() throws {
        weak var captured: Token?
        let pair: EmbeddedPair
        do {
            let token = Token()
            captured = token
            pair = try EmbeddedPair(
                clientIdentity: TestIdentity.client.tls, serverVerifies: { [token] _ in .accepted(token.value) })
        }
        #expect(captured != nil)
        try pair.handshake()
        #expect(captured == nil)
        #expect(pair.server.recorder.facts.first?.verified as? Int == 1)
    }

    private final class Token { let value = 1 }
}
