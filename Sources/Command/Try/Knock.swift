import Glibc
import NIOCore
import NIOPosix
import SymbolonTransport

/// A peer that plays by no rules: it believes whatever the other end shows, presents what it was given, asks for the page at once,
/// and tells what came back.
enum Knock {
    enum Dress: Sendable {
        /// TLS, with this identity or none.
        case tls(TLSIdentity?)
        /// HTTP with no TLS at all.
        case plain
    }

    struct Answer: Sendable {
        /// This side's address, by which the other end's report is found.
        let from: String
        /// The alert that it was sent, if one.
        let alert: String?
        /// Bytes of application data that came back.
        let bytesReceived: Int
    }

    /// Knocks once, and waits until the other side has hung up, or the time is over.
    static func at(
        _ address: SocketAddress, as dress: Dress, serverName: String?, within limit: TimeAmount,
        on group: any EventLoopGroup
    ) async throws -> Answer {
        let loop = group.next()
        let outcome = loop.makePromise(of: Outcome.self)
        let connected = ClientBootstrap(group: loop)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if case .tls(let identity) = dress {
                        let context = try TLSContext(side: .client, identity: identity)
                        let handler = TLSHandler(context: context, serverName: serverName) { _ in .accepted(()) }
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(Knocker(isPlain: dress.isPlain, outcome))
                }
            }
            .connect(to: address)
        let channel: any Channel
        do {
            channel = try await connected.get()
        } catch {
            outcome.succeed(Outcome())
            // A door that refuses may have hung up before this side knows that it is connected.
            guard (error as? IOError)?.errnoCode == ECONNRESET else { throw error }
            return Answer(from: "", alert: nil, bytesReceived: 0)
        }
        let deadline = loop.scheduleTask(in: limit) { channel.close(promise: nil) }
        let result = try await outcome.futureResult.get()
        deadline.cancel()
        return Answer(from: result.from, alert: result.alert?.description, bytesReceived: result.bytes)
    }

    fileprivate struct Outcome: Sendable {
        var from = ""
        var alert: TLSAlert?
        var bytes = 0
    }
}

extension Knock.Dress {
    fileprivate var isPlain: Bool {
        if case .plain = self { true } else { false }
    }
}

private final class Knocker: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let isPlain: Bool
    private let promise: EventLoopPromise<Knock.Outcome>
    private var outcome = Knock.Outcome()

    init(isPlain: Bool, _ promise: EventLoopPromise<Knock.Outcome>) {
        self.isPlain = isPlain
        self.promise = promise
    }

    func channelActive(context: ChannelHandlerContext) {
        // Now: a channel that the other side has closed no longer knows its address.
        outcome.from = context.localAddress.map { "\($0.ipAddress ?? ""):\($0.port ?? 0)" } ?? ""
        if isPlain { ask(context) }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is TLSHandshakeCompleted { ask(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        outcome.bytes += unwrapInboundIn(data).readableBytes
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .peerAlert(let alert) = error as? TLSFailure { outcome.alert = alert }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.succeed(outcome)
    }

    private func ask(_ context: ChannelHandlerContext) {
        let request = context.channel.allocator.buffer(string: "GET / HTTP/1.1\r\nHost: service\r\n\r\n")
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }
}
