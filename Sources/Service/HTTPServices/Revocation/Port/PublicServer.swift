public import Foundation
public import NIOCore
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
        var seats: [PublicAcceptor.Seat] = []
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
        let listener: PublicListener
        do {
            listener = try await listen()
        } catch {
            await ended()
            throw error
        }
        let acceptor = PublicAcceptor(listener, parts, on: seats, telling: observer)
        bound.withLock { $0 = listener.address }
        observer.server(announcement(listener.address.text))
        try? await gracefulShutdown()
        await acceptor.end()
        await ended()
    }

    private func listen() async throws -> PublicListener {
        let (host, port) = (host, port)
        // A name is looked up by a function that waits.
        return try await NIOThreadPool.singleton.runIfActive {
            try PublicListener(SocketAddress.makeAddressResolvingHost(host, port: port))
        }
    }
}
