import Glibc
import NIOCore
import NIOPosix
import SymbolonTransport

/// What one socket of a test has seen.
struct Seen: Sendable, Equatable {
    var bytes: [UInt8] = []
    /// The other side has cleanly ended what it sends.
    var isInputEnded = false
    /// The first error, as text.
    var error: String?
    var isClosed = false
    var isProved = false
}

/// One socket of a test: a client, or a backend's side of a connection.
final class Peer: Sendable {
    let channel: any Channel
    let board: Board<Seen>

    init(_ channel: any Channel, _ board: Board<Seen>) {
        self.channel = channel
        self.board = board
    }

    func send(_ bytes: [UInt8]) {
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// TLS: close_notify, then FIN; plain: FIN.
    func endOutput() async throws { try await channel.close(mode: .output).get() }

    func close() { channel.close(promise: nil) }

    /// TCP reset, or FIN without close_notify: past TLS.
    func cut(reset: Bool) {
        channel.eventLoop.execute { [channel] in
            if reset {
                (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenFailure { _ in
                }
            }
            let tls = try? channel.pipeline.syncOperations.context(handlerType: TLSHandler.self)
            if let tls { tls.close(promise: nil) } else { channel.close(promise: nil) }
        }
    }

    func received(_ count: Int) async -> [UInt8] { await board.wait { $0.bytes.count >= count }.bytes }
    func received(_ text: String) async -> Bool { Array(text.utf8) == (await received(text.utf8.count)) }
    func inputEnded() async -> Seen { await board.wait { $0.isInputEnded || $0.isClosed } }
    func closed() async -> Seen { await board.wait { $0.isClosed } }
    func proved() async -> Seen { await board.wait { $0.isProved || $0.isClosed } }
}

/// Writes what a channel sees on a board.
final class Watcher: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let board: Board<Seen>
    private let whenRead: (ByteBuffer, ChannelHandlerContext) -> Void
    private let whenEnded: (ChannelHandlerContext) -> Void

    init(
        _ board: Board<Seen>, whenRead: @escaping (ByteBuffer, ChannelHandlerContext) -> Void = { _, _ in },
        whenEnded: @escaping (ChannelHandlerContext) -> Void = { _ in }
    ) {
        self.board = board
        self.whenRead = whenRead
        self.whenEnded = whenEnded
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        let bytes = Array(buffer.readableBytesView)
        board.update { $0.bytes += bytes }
        whenRead(buffer, context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            board.update { $0.isInputEnded = true }
            whenEnded(context)
        case is TLSHandshakeCompleted: board.update { $0.isProved = true }
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let text = (error as? TLSFailure).map { "\($0)" } ?? "\(error)"
        board.update { $0.error = $0.error ?? text }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        board.update { $0.isClosed = true }
    }
}

/// Cuts everything written into single bytes, each in a write of its own.
final class ByteAtATime: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var buffer = unwrapOutboundIn(data)
        while let byte = buffer.readSlice(length: 1) {
            context.writeAndFlush(wrapOutboundOut(byte), promise: buffer.readableBytes == 0 ? promise : nil)
        }
    }
}

/// Until when a client's bytes stay with it.
final class Held: Sendable {
    fileprivate let board = Board<(@Sendable () -> Void)?>(nil)

    /// They go out.
    func letGo() async { await board.wait { $0 != nil }?() }
}

/// Keeps what is written until it is let go.
final class Holder: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private let held: Held
    private var kept: [(NIOAny, EventLoopPromise<Void>?)]? = []

    init(_ held: Held) { self.held = held }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        held.board.update { [loop = context.eventLoop] in $0 = { loop.execute { bound.value.0.release(bound.value.1) } }
        }
    }

    private func release(_ context: ChannelHandlerContext) {
        let all = kept ?? []
        kept = nil
        for (data, promise) in all { context.write(data, promise: promise) }
        context.flush()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if kept == nil { context.write(data, promise: promise) } else { kept?.append((data, promise)) }
    }
}
