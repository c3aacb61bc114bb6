public import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
public import NIOCore
public import ServiceLifecycle
internal import SymbolonAuthority
internal import SymbolonProxy
internal import SymbolonTransport
internal import Synchronization

/// Plain HTTP for what is signed and meant for everybody: revocation lists (RFC 5280 §8) and filters.
///
/// It reads nothing but a request's head, and knows neither the authority's keys nor its API.
public final class PublicServer: Service {
    private let host: String
    private let port: Int
    private let limits: ServerLimits
    private let observer: any ServerObserver
    private let group: any EventLoopGroup
    private let responder: RouterResponder<PublicRequestContext>
    private let ledger: PeerLedger
    private let bound = Mutex<SocketAddress?>(nil)

    /// - Parameters:
    ///   - host: a name or an address to listen on; with port 0 the system chooses one.
    ///   - clock: asked for how long an answer may be kept.
    public init(
        host: String, port: Int, lists: PublicationCatalog, filters: PublicationCatalog,
        limits: ServerLimits = ServerLimits(),
        observer: any ServerObserver, group: any EventLoopGroup, clock: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.host = host
        self.port = port
        self.limits = limits
        self.observer = observer
        self.group = group
        ledger = PeerLedger(limits)
        let router = Router(context: PublicRequestContext.self)
        router.add(middleware: PublicLimits(ledger: ledger))
        PublishedFileRoutes(pattern: "/crl/{issuer}/{list}", observer: observer, clock: clock) {
            path throws(StoreFailure) in try await lists.file(at: path)
        }.add(to: router)
        PublishedFileRoutes(pattern: "/filter/{issuer}/{filter}", observer: observer, clock: clock) {
            path throws(StoreFailure) in try await filters.file(at: path)
        }.add(to: router)
        responder = router.buildResponder()
    }

    /// Where it listens; nil before it does.
    public var address: SocketAddress? { bound.withLock { $0 } }

    public func run() async throws {
        let builder = HTTPServerBuilder { [ledger, limits] responder in
            PlainChannel(ledger, limits, responder: responder)
        }
        let application = Application(
            responder: responder, server: builder,
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), backlog: 1_024,
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections)),
            onServerRunning: { [weak self] in self?.started($0) }, eventLoopGroupProvider: .shared(group),
            logger: Logger(label: "symbolon") { _ in SwiftLogNoOpLogHandler() })
        try await application.run()
    }

    private func started(_ channel: any Channel) {
        bound.withLock { $0 = channel.localAddress }
        observer.server(.publishing(address: channel.localAddress?.text ?? "unknown"))
    }
}

/// HTTP/1.1 without TLS on each accepted connection, within the bounds of the authority's own port.
struct PlainChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private struct TooMany: Error {}

    private let ledger: PeerLedger
    private let limits: ServerLimits
    private let http1: HTTP1Channel

    init(_ ledger: PeerLedger, _ limits: ServerLimits, responder: @escaping HTTPChannelHandler.Responder) {
        self.ledger = ledger
        self.limits = limits
        http1 = HTTP1Channel(
            responder: responder,
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [HeadArrival()], idleTimeout: limits.idle,
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                    maxHeaderFieldCount: limits.headerFields)))
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let key = PeerKey.address(PeerAddress(channel.remoteAddress))
        guard ledger.connect(key) else {
            return channel.close().flatMap { channel.eventLoop.makeFailedFuture(TooMany()) }
        }
        let ledger = ledger
        channel.closeFuture.whenComplete { _ in ledger.disconnect(key) }
        do {
            try channel.pipeline.syncOperations.addHandler(HeadDeadline(limits.headDeadline) {})
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return http1.setup(channel: channel, logger: logger)
    }

    func handle(value: Value, logger: Logger) async { await http1.handle(value: value, logger: logger) }
}

/// In front of every route: how often and how much at once one address may ask, and no bodies.
struct PublicLimits: RouterMiddleware {
    typealias Context = PublicRequestContext

    let ledger: PeerLedger

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let key = PeerKey.address(PeerAddress(context.address))
        switch ledger.begin(key) {
        case .admitted: break
        case .tooOften(let seconds):
            return Response(status: .tooManyRequests, headers: [.retryAfter: "\(seconds)", .cacheControl: "no-store"])
        case .tooManyAtOnce:
            return Response(status: .serviceUnavailable, headers: [.retryAfter: "1", .cacheControl: "no-store"])
        }
        defer { ledger.end(key) }
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError {
            return Response(status: error.status)
        }
    }
}
