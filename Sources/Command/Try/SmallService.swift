import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The small real HTTP service that the first run puts behind `protect`: it knows nothing of certificates, answers every
/// GET with one page, and counts what reaches it.
final class SmallService: Sendable {
    static let page =
        "Hello. This service knows nothing of certificates; whoever reads this was proved and permitted first.\n"

    let address: SocketAddress
    private let channel: any Channel
    private let received: Received

    /// Bytes that reached the service since it began.
    var bytesReceived: Int { received.bytes.load(ordering: .relaxed) }
    /// Connections that reached the service since it began.
    var connections: Int { received.connections.load(ordering: .relaxed) }

    /// Listens on a free port of the loopback interface.
    static func start(on group: any EventLoopGroup) async throws -> SmallService {
        let received = Received()
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(ByteCounter(received))
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(PageHandler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let address = channel.localAddress else { throw ChannelError.unknownLocalAddress }
        return SmallService(address: address, channel: channel, received: received)
    }

    private init(address: SocketAddress, channel: any Channel, received: Received) {
        self.address = address
        self.channel = channel
        self.received = received
    }

    func stop() async {
        try? await channel.close()
    }

    fileprivate final class Received: Sendable {
        let bytes = Atomic<Int>(0)
        let connections = Atomic<Int>(0)
    }
}

private final class ByteCounter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let received: SmallService.Received

    init(_ received: SmallService.Received) { self.received = received }

    func channelActive(context: ChannelHandlerContext) {
        received.connections.add(1, ordering: .relaxed)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.bytes.add(unwrapInboundIn(data).readableBytes, ordering: .relaxed)
        context.fireChannelRead(data)
    }
}

private final class PageHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private var request: HTTPRequestHead?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): request = head
        case .body: break
        case .end: answer(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(_ context: ChannelHandlerContext) {
        guard let request else { return }
        self.request = nil
        let isRead = request.method == .GET || request.method == .HEAD
        let body = context.channel.allocator.buffer(string: isRead ? SmallService.page : "Only GET and HEAD.\n")
        var headers = HTTPHeaders([
            ("content-type", "text/plain; charset=utf-8"), ("content-length", String(body.readableBytes)),
        ])
        if !isRead { headers.add(name: "allow", value: "GET, HEAD") }
        if !request.isKeepAlive { headers.add(name: "connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: isRead ? .ok : .methodNotAllowed, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        let isLast = !request.isKeepAlive
        let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            if isLast { loopBound.value.close(promise: nil) }
        }
    }
}
