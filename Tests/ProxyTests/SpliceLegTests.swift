import NIOCore
import NIOEmbedded
import Testing

@testable import SymbolonProxy

@Suite("A leg asks for no more than its partner can take")
struct SpliceLegTests {
    /// Counts the reads that reach the socket.
    final class ReadCounter: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var reads = 0

        func read(context: ChannelHandlerContext) { reads += 1 }
    }

    struct Pair {
        let front = EmbeddedChannel()
        let back = EmbeddedChannel()
        let frontReads = ReadCounter()
        let frontLeg = SpliceLeg(.front, secure: false)
        let backLeg = SpliceLeg(.back, secure: false)

        init() throws {
            try front.pipeline.syncOperations.addHandlers([frontReads, frontLeg])
            try back.pipeline.syncOperations.addHandlers([backLeg])
        }

        func splice() {
            frontLeg.splice(to: backLeg)
            backLeg.splice(to: frontLeg)
        }
    }

    @Test("reads are held until there is a partner, and then let go")
    func heldUntilSpliced() throws {
        let pair = try Pair()
        pair.front.pipeline.read()
        #expect(pair.frontReads.reads == 0)
        pair.splice()
        #expect(pair.frontReads.reads == 1)
        pair.front.pipeline.read()
        #expect(pair.frontReads.reads == 2)
    }

    @Test("reads are held while the partner cannot take more, and resumed when it can")
    func backPressure() throws {
        let pair = try Pair()
        pair.splice()
        pair.back.isWritable = false
        pair.back.pipeline.fireChannelWritabilityChanged()
        pair.front.pipeline.read()
        pair.front.pipeline.read()
        #expect(pair.frontReads.reads == 0)
        pair.back.isWritable = true
        pair.back.pipeline.fireChannelWritabilityChanged()
        #expect(pair.frontReads.reads == 1)
    }

    @Test("bytes that came before the partner are kept, in order, and go first")
    func keptBytes() throws {
        let pair = try Pair()
        try pair.front.writeInbound(ByteBuffer(string: "one "))
        try pair.front.writeInbound(ByteBuffer(string: "two "))
        #expect(try pair.back.readOutbound(as: ByteBuffer.self) == nil)
        pair.splice()
        try pair.front.writeInbound(ByteBuffer(string: "three"))
        var all = ByteBuffer()
        while var next = try pair.back.readOutbound(as: ByteBuffer.self) { all.writeBuffer(&next) }
        #expect(String(buffer: all) == "one two three")
        #expect(pair.frontLeg.received == 13)
    }

    @Test("bytes go to the socket when the burst is over, not one write at a time")
    func flushOnReadComplete() throws {
        let pair = try Pair()
        pair.splice()
        pair.front.pipeline.fireChannelRead(ByteBuffer(string: "a"))
        pair.front.pipeline.fireChannelRead(ByteBuffer(string: "b"))
        #expect(try pair.back.readOutbound(as: ByteBuffer.self) == nil)
        pair.front.pipeline.fireChannelReadComplete()
        #expect(try pair.back.readOutbound(as: ByteBuffer.self) != nil)
    }
}
