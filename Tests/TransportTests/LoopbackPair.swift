import NIOCore
import NIOPosix

@testable import SymbolonTransport

/// What happened on one end of a real connection, as futures that tests wait for.
final class SocketWatch: Sendable {
    let proved: EventLoopFuture<SessionFacts>
    let inputClosed: EventLoopFuture<Void>
    /// The first failure, or the channel's own error as text; `nil` for a clean end.
    let ended: EventLoopFuture<String?>
    private let provedPromise: EventLoopPromise<SessionFacts>
    private let inputPromise: EventLoopPromise<Void>
    private let endedPromise: EventLoopPromise<String?>
    let counted: NIOLoopBoundBox<Counted>

    struct Counted {
        var bytes: [UInt8] = []
        var deliveries = 0
        var wanted: (count: Int, promise: EventLoopPromise<[UInt8]>)?
        var failure: String?
        var isProved = false
        var isInputClosed = false
    }

    init(on loop: any EventLoop) {
        provedPromise = loop.makePromise()
        inputPromise = loop.makePromise()
        endedPromise = loop.makePromise()
        proved = provedPromise.futureResult
        inputClosed = inputPromise.futureResult
        ended = endedPromise.futureResult
        counted = .makeBoxSendingValue(Counted(), eventLoop: loop)
    }

    /// The first `count` bytes received, as soon as they are there; it fails when the connection ends before.
    func bytes(_ count: Int) -> EventLoopFuture<[UInt8]> {
        let loop = counted.eventLoop
        return loop.flatSubmit {
            let promise = loop.makePromise(of: [UInt8].self)
            if self.counted.value.bytes.count >= count {
                promise.succeed(self.counted.value.bytes)
            } else {
                self.counted.value.wanted = (count, promise)
            }
            return promise.futureResult
        }
    }

    func note(facts: SessionFacts) {
        counted.value.isProved = true
        provedPromise.succeed(facts)
    }

    func note(received bytes: ByteBuffer) {
        counted.value.bytes += Array(bytes.readableBytesView)
        counted.value.deliveries += 1
        if let wanted = counted.value.wanted, counted.value.bytes.count >= wanted.count {
            counted.value.wanted = nil
            wanted.promise.succeed(counted.value.bytes)
        }
    }

    func noteInputClosed() {
        counted.value.isInputClosed = true
        inputPromise.succeed(())
    }

    func note(failure: String) { counted.value.failure = counted.value.failure ?? failure }

    func noteInactive() {
        if !counted.value.isProved { provedPromise.fail(ChannelError.ioOnClosedChannel) }
        if !counted.value.isInputClosed { inputPromise.fail(ChannelError.ioOnClosedChannel) }
        counted.value.wanted?.promise.fail(ChannelError.ioOnClosedChannel)
        counted.value.wanted = nil
        endedPromise.succeed(counted.value.failure)
    }
}

/// Behind TLS on a real channel: notes everything, and echoes when asked to.
final class SocketRecorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let watch: SocketWatch
    private let echoes: Bool

    init(_ watch: SocketWatch, echoes: Bool) {
        self.watch = watch
        self.echoes = echoes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        watch.note(received: unwrapInboundIn(data))
        if echoes { context.writeAndFlush(data, promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let done = event as? TLSHandshakeCompleted { watch.note(facts: done.facts) }
        if let event = event as? ChannelEvent, event == .inputClosed { watch.noteInputClosed() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        watch.note(failure: (error as? TLSFailure).map { "\($0)" } ?? "transport: \(type(of: error))")
    }

    func channelInactive(context: ChannelHandlerContext) { watch.noteInactive() }
}

/// A TLS server on a loopback port that takes one connection after another, each with its watch.
struct LoopbackServer {
    let channel: any Channel
    let connections: AsyncStream<(channel: any Channel, watch: SocketWatch)>
    var port: Int { channel.localAddress?.port ?? 0 }

    static func start(
        _ context: TLSContext, on group: any EventLoopGroup = NIOSingletons.posixEventLoopGroup,
        halfClosure: Bool = true,
        autoRead: Bool = true, echoes: Bool = false,
        verify: @escaping @Sendable (PresentedPeer) -> PeerVerdict = { _ in .accepted("the client") }
    ) async throws -> LoopbackServer {
        let (connections, arrival) = AsyncStream<(channel: any Channel, watch: SocketWatch)>.makeStream()
        let channel = try await ServerBootstrap(group: group)
            .childChannelOption(.allowRemoteHalfClosure, value: halfClosure)
            .childChannelOption(.autoRead, value: autoRead)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    let watch = SocketWatch(on: child.eventLoop)
                    try child.pipeline.syncOperations.addHandlers([
                        TLSHandler(context: context, serverName: nil, verify: verify),
                        SocketRecorder(watch, echoes: echoes),
                    ])
                    arrival.yield((child, watch))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return LoopbackServer(channel: channel, connections: connections)
    }

    func next() async -> (channel: any Channel, watch: SocketWatch) {
        for await connection in connections { return connection }
        fatalError("the server stopped accepting")
    }

    func stop() async throws { try await channel.close().get() }
}

enum LoopbackClient {
    static func connect(
        to port: Int, _ context: TLSContext, on group: any EventLoopGroup = NIOSingletons.posixEventLoopGroup,
        serverName: String? = "server.test", halfClosure: Bool = true,
        verify: @escaping @Sendable (PresentedPeer) -> PeerVerdict = { _ in .accepted("the server") }
    ) async throws -> (channel: any Channel, watch: SocketWatch) {
        let loop = group.next()
        let watch = SocketWatch(on: loop)
        let channel = try await ClientBootstrap(group: loop)
            .channelOption(.allowRemoteHalfClosure, value: halfClosure)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        TLSHandler(context: context, serverName: serverName, verify: verify),
                        SocketRecorder(watch, echoes: false),
                    ])
                }
            }
            .connect(to: SocketAddress(ipAddress: "127.0.0.1", port: port)).get()
        return (channel, watch)
    }

    /// A connection without TLS, for what must not work.
    static func connectPlain(to port: Int) async throws -> any Channel {
        try await ClientBootstrap(group: NIOSingletons.posixEventLoopGroup)
            .connect(to: SocketAddress(ipAddress: "127.0.0.1", port: port)).get()
    }
}

enum TestContext {
    static func server(_ settings: TLSSettings = TLSSettings(), names: Set<String>? = nil) throws -> TLSContext {
        try TLSContext(side: .server(acceptedServerNames: names), identity: TestIdentity.server.tls, settings: settings)
    }

    static func client(_ settings: TLSSettings = TLSSettings()) throws -> TLSContext {
        try TLSContext(side: .client, identity: TestIdentity.client.tls, settings: settings)
    }
}
