public import Foundation
public import NIOCore
internal import NIOHTTP1
internal import NIOPosix
public import ServiceLifecycle
public import SymbolonAuthority
internal import SymbolonProxy
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
    private let announcement: @Sendable (String) -> ServerEvent
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
        announcement = { .publishing(address: $0) }
    }

    /// One page, of metrics.
    /// - Parameter registry: asked for each page.
    public init(
        host: String, port: Int, metrics registry: @escaping @Sendable () async -> MetricsRegistry,
        observer: any ServerObserver, group: any EventLoopGroup
    ) {
        self.host = host
        self.port = port
        limits = ServerLimits()
        self.observer = observer
        self.group = group
        parts = PublicParts([MetricsRoute(registry: registry)], limits: limits, clock: { Date() })
        announcement = { .measuring(address: $0) }
    }

    /// Where it listens; nil before it does.
    public var address: SocketAddress? { bound.withLock { $0 } }

    public func run() async throws {
        let loops = Array(group.makeIterator())
        var seats: [(loop: any EventLoop, connections: NIOLoopBound<PublicLoop>)] = []
        for loop in loops {
            let connections = try await loop.submit {
                let connections = PublicLoop(loop)
                connections.begin()
                return NIOLoopBound(connections, eventLoop: loop)
            }.get()
            seats.append((loop, connections))
        }
        let ended = { [seats] in
            for seat in seats { try? await seat.loop.flatSubmit { seat.connections.value.end() }.get() }
        }
        let listener: any Channel
        do {
            listener = try await listen(Dictionary(uniqueKeysWithValues: seats.map { (ObjectIdentifier($0), $1) }))
        } catch {
            await ended()
            throw error
        }
        bound.withLock { $0 = listener.localAddress }
        observer.server(announcement(listener.localAddress?.text ?? "unknown"))
        try? await gracefulShutdown()
        try? await listener.close()
        await ended()
    }

    private func listen(_ loops: [ObjectIdentifier: NIOLoopBound<PublicLoop>]) async throws -> any Channel {
        let (parts, observer) = (parts, observer)
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Taken in one turn of the loop: who asks once opens a connection for it.
            .serverChannelOption(.maxMessagesPerRead, value: 16)
            .serverChannelInitializer { listener in
                listener.eventLoop.makeCompletedFuture {
                    let pipeline = listener.pipeline.syncOperations
                    try pipeline.addHandler(AcceptGate(telling: observer))
                    try pipeline.addHandler(ConnectionBound(parts.limits.connections))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = loops[ObjectIdentifier(channel.eventLoop)]?.value else { return }
                    try Self.begin(channel, parts, loop)
                }
            }
            .bind(host: host, port: port).get()
    }

    private struct TooMany: Error {}

    /// HTTP/1.1 without TLS, within the bounds of the authority's own port.
    private static func begin(_ channel: any Channel, _ parts: PublicParts, _ loop: PublicLoop) throws {
        let key = PeerKey.address(PeerAddress(channel.remoteAddress))
        guard parts.ledger.connect(key) else { throw TooMany() }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = parts.limits.headerBytes
        limits.maxHeaderListSize = parts.limits.headerBytes
        limits.maxHeaderFieldCount = parts.limits.headerFields
        let pipeline = channel.pipeline.syncOperations
        do {
            try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: limits)))
        } catch {
            parts.ledger.disconnect(key)
            throw error
        }
        // It gives the connection back to the ledger when it goes.
        try pipeline.addHandler(PublicConnection(parts, on: loop, peer: key))
    }
}
