public import Foundation
internal import HummingbirdCore
internal import Logging
public import NIOCore
internal import NIOHTTP1
public import ServiceLifecycle
public import SymbolonAuthority
internal import SymbolonProxy
internal import SymbolonTransport
internal import Synchronization

/// Plain HTTP for what is signed and meant for everybody: revocation lists (RFC 5280 §8), filters, and answers (RFC 6960 A.1).
///
/// It knows neither the authority's keys nor its API.
public final class PublicServer: Service {
    private let host: String
    private let port: Int
    private let limits: ServerLimits
    private let observer: any ServerObserver
    private let group: any EventLoopGroup
    private let parts: PublicParts
    private let bound = Mutex<SocketAddress?>(nil)

    /// - Parameters:
    ///   - host: a name or an address to listen on; with port 0 the system chooses one.
    ///   - clock: asked for how long an answer may be kept.
    public init(
        host: String, port: Int, lists: PublicationCatalog, filters: PublicationCatalog,
        responder: Responder? = nil, answers: AnswerMeasures = AnswerMeasures(), limits: ServerLimits = ServerLimits(),
        observer: any ServerObserver, group: any EventLoopGroup, clock: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.host = host
        self.port = port
        self.limits = limits
        self.observer = observer
        self.group = group
        var routes: [any PublicRoute] = [
            PublishedFileRoutes(prefix: "/crl/", observer: observer, clock: clock) {
                path throws(StoreFailure) in try await lists.file(at: path)
            },
            PublishedFileRoutes(prefix: "/filter/", observer: observer, clock: clock) {
                path throws(StoreFailure) in try await filters.file(at: path)
            },
        ]
        if let responder {
            routes.insert(AnswerRoute(responder, observer: observer, measures: answers, clock: clock), at: 0)
        }
        parts = PublicParts(routes, limits: limits, clock: clock)
    }

    /// Where it listens; nil before it does.
    public var address: SocketAddress? { bound.withLock { $0 } }

    public func run() async throws {
        let server = PlainChannel(parts).server(
            configuration: ServerConfiguration(
                address: .hostname(host, port: port), backlog: 1_024,
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections)),
            onServerRunning: { [weak self] in self?.started($0) }, eventLoopGroup: group,
            logger: Logger(label: "symbolon") { _ in SwiftLogNoOpLogHandler() })
        try await server.run()
    }

    private func started(_ channel: any Channel) {
        bound.withLock { $0 = channel.localAddress }
        observer.server(.publishing(address: channel.localAddress?.text ?? "unknown"))
    }
}

/// HTTP/1.1 without TLS on each accepted connection, within the bounds of the authority's own port.
struct PlainChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
    }

    private struct TooMany: Error {}

    private let parts: PublicParts

    init(_ parts: PublicParts) { self.parts = parts }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let key = PeerKey.address(PeerAddress(channel.remoteAddress))
        guard parts.ledger.connect(key) else {
            return channel.close().flatMap { channel.eventLoop.makeFailedFuture(TooMany()) }
        }
        let parts = parts
        channel.closeFuture.whenComplete { _ in parts.ledger.disconnect(key) }
        let limits = parts.limits
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = limits.headerBytes
        decoding.maxHeaderListSize = limits.headerBytes
        decoding.maxHeaderFieldCount = limits.headerFields
        // Every field is one of ours, and every length is known.
        var encoding = HTTPResponseEncoder.Configuration()
        encoding.automaticallySetFramingHeaders = false
        return channel.eventLoop.makeCompletedFuture { [encoding, decoding] in
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(HeadDeadline(limits.headDeadline) {})
            try pipeline.addHandler(IdleStateHandler(allTimeout: limits.idle))
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: true, withErrorHandling: true, withOutboundHeaderValidation: false,
                withEncoderConfiguration: encoding, withDecoderLimitConfiguration: decoding)
            try pipeline.addHandler(PublicHandler(parts, peer: key))
            return Value(channel: channel)
        }
    }

    /// The event loop does it all.
    func handle(value: Value, logger: Logger) async { try? await value.channel.closeFuture.get() }
}
