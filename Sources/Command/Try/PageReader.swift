import NIOCore
import NIOHTTP1
import NIOPosix

/// An ordinary HTTP client that keeps its connection open. It knows nothing of certificates either.
final class PageReader: Sendable {
    struct Page: Sendable, Equatable {
        let status: Int
        let body: String
    }

    struct HungUp: Error {}

    private let channel: any Channel

    static func connect(to address: SocketAddress, on group: any EventLoopGroup) async throws -> PageReader {
        let channel = try await ClientBootstrap(group: group)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(PageHandler())
                }
            }
            .connect(to: address).get()
        return PageReader(channel)
    }

    private init(_ channel: any Channel) { self.channel = channel }

    /// Asks for the page on the open connection. Throws `HungUp` when the other side ends it first.
    func get() async throws -> Page {
        let promise = channel.eventLoop.makePromise(of: Page.self)
        channel.eventLoop.execute { [channel] in
            do {
                try channel.pipeline.syncOperations.handler(type: PageHandler.self).ask(promise, channel)
            } catch {
                // A channel that has ended has no handlers any more.
                promise.fail(HungUp())
            }
        }
        return try await promise.futureResult.get()
    }

    /// Returns when the other side has ended the connection; throws when it has not within the time.
    func hungUp(within limit: TimeAmount) async throws {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        channel.closeFuture.cascade(to: promise)
        let alarm = channel.eventLoop.scheduleTask(in: limit) { promise.fail(ChannelError.connectTimeout(limit)) }
        defer { alarm.cancel() }
        try await promise.futureResult.get()
    }

    func close() async { try? await channel.close() }
}

private final class PageHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private var asked: EventLoopPromise<PageReader.Page>?
    private var status = 0
    private var body = ""

    func ask(_ promise: EventLoopPromise<PageReader.Page>, _ channel: any Channel) {
        guard channel.isActive else { return promise.fail(PageReader.HungUp()) }
        asked = promise
        body = ""
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/", headers: ["host": "service", "connection": "keep-alive"])
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(let bytes): body += String(buffer: bytes)
        case .end:
            asked?.succeed(PageReader.Page(status: status, body: body))
            asked = nil
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        asked?.fail(PageReader.HungUp())
        asked = nil
        context.fireChannelInactive()
    }
}
