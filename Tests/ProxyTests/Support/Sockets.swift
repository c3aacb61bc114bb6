import NIOCore
import NIOPosix
import SymbolonProxy
import SymbolonTransport

let loops = MultiThreadedEventLoopGroup.singleton
/// What the ends of tests run on.
let streams = Result { try StreamLoops(count: System.coreCount) }

/// An in-process service: one watched peer for each connection that reaches it.
final class Backend: Sendable {
    enum Behaviour: Sendable {
        /// Keeps what comes, says nothing.
        case silent
        /// Sends back what comes, and ends when the other side has ended.
        case echo
        /// Sends this when the other side has ended, then ends.
        case answer([UInt8])
        /// Sends this at once, then ends.
        case greet([UInt8])
        /// Sends this at once, and leaves the connection open.
        case flood([UInt8])
    }

    let peers = Board<[Peer]>([])
    let port: Int
    private let listener: any Channel

    init(_ behaviour: Behaviour = .echo, behindTLS options: TLSContext? = nil) async throws {
        let peers = peers
        listener = try await ServerBootstrap(group: loops)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let board = Board(Seen())
                    if let options {
                        try channel.pipeline.syncOperations.addHandler(
                            TLSHandler(context: options, serverName: nil) { _ in .accepted(true) })
                    }
                    try channel.pipeline.syncOperations.addHandler(Speaker(behaviour, board))
                    peers.update { [channel] in $0.append(Peer(channel, board)) }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
    }

    var endpoint: Endpoint { .host("127.0.0.1", port: port) }

    /// Application bytes that reached any connection.
    var bytes: Int { peers.value.reduce(0) { $0 + $1.board.value.bytes.count } }

    func peer(_ index: Int = 0) async -> Peer { await peers.wait { $0.count > index }[index] }

    func stop() async throws { try await listener.close() }
}

/// A watcher that behaves.
private final class Speaker: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let behaviour: Backend.Behaviour
    private let watcher: Watcher

    init(_ behaviour: Backend.Behaviour, _ board: Board<Seen>) {
        self.behaviour = behaviour
        watcher = Watcher(
            board,
            whenRead: { buffer, context in
                if case .echo = behaviour { context.writeAndFlush(NIOAny(buffer), promise: nil) }
            },
            whenEnded: { context in
                switch behaviour {
                case .echo: Self.end(context, with: [])
                case .answer(let bytes): Self.end(context, with: bytes)
                case .silent, .greet, .flood: break
                }
            })
    }

    /// The second half-close of a channel drops what is not yet written, so it waits.
    private static func end(_ context: ChannelHandlerContext, with bytes: [UInt8]) {
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: written)
        written.futureResult.assumeIsolated().whenSuccess { context.close(mode: .output, promise: nil) }
    }

    func channelActive(context: ChannelHandlerContext) {
        switch behaviour {
        case .greet(let bytes):
            context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
            context.close(mode: .output, promise: nil)
        case .flood(let bytes):
            context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
        case .silent, .echo, .answer: break
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { watcher.channelRead(context: context, data: data) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        watcher.userInboundEventTriggered(context: context, event: event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        watcher.errorCaught(context: context, error: error)
    }

    func channelInactive(context: ChannelHandlerContext) { watcher.channelInactive(context: context) }
}

/// Connects a plain socket.
func plainClient(_ port: Int, reads: Bool = true) async throws -> Peer {
    let board = Board(Seen())
    let channel = try await ClientBootstrap(group: loops)
        .connectTimeout(.seconds(120))
        .channelOption(.allowRemoteHalfClosure, value: true)
        .channelOption(.autoRead, value: reads)
        .channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(Watcher(board))
            }
        }
        .connect(to: SocketAddress(ipAddress: "127.0.0.1", port: port)).get()
    return Peer(channel, board)
}

/// Connects a TLS client that believes whatever server it meets.
func tlsClient(
    _ port: Int, _ identity: TLSIdentity?, serverName: String? = nil, settings: TLSSettings = TLSSettings(),
    byteAtATime: Bool = false, held: Held? = nil
) async throws -> Peer {
    let board = Board(Seen())
    let context = try TLSContext(side: .client, identity: identity, settings: settings)
    let channel = try await ClientBootstrap(group: loops)
        .connectTimeout(.seconds(120))
        .channelOption(.allowRemoteHalfClosure, value: true)
        .channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                if byteAtATime { try channel.pipeline.syncOperations.addHandler(ByteAtATime()) }
                if let held { try channel.pipeline.syncOperations.addHandler(Holder(held)) }
                try channel.pipeline.syncOperations.addHandlers([
                    TLSHandler(context: context, serverName: serverName) { _ in .accepted(true) },
                    Watcher(board),
                ])
            }
        }
        .connect(to: SocketAddress(ipAddress: "127.0.0.1", port: port)).get()
    return Peer(channel, board)
}
