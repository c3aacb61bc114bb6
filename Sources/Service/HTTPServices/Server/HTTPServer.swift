public import Foundation
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
public import NIOCore
public import ServiceLifecycle
internal import SymbolonCertificates
internal import SymbolonProxy
public import SymbolonTransport
internal import SymbolonVerification
internal import Synchronization

/// The authority's one port: TLS 1.3, a client's certificate where it has one, a short code where it asks for that, and
/// HTTP/1.1 or HTTP/2 inside.
///
/// The peer's proof stands in the request's context, and ends the connection when it ends. It listens from `run` until
/// graceful shutdown, and answers what is under way before it stops.
public final class HTTPServer: Service {
    private let limits: ServerLimits
    private let gate: (any PairingGate)?
    private let observer: any ServerObserver
    private let register: ConnectionRegister
    private let ledger: PeerLedger
    private let cache = SignatureCache()
    private let measures = RequestMeasures()
    private let date: DateField
    private let group: any EventLoopGroup
    private let responder: RouterResponder<AuthorityRequestContext>
    private let host: String
    private let port: Int
    private let bound = Mutex<SocketAddress?>(nil)

    /// - Parameters:
    ///   - host: a name or an address to listen on; with port 0 the system chooses one.
    ///   - gate: who answers clients that hold a code; without one there is no pairing on this port.
    ///   - clock: asked at every judgement.
    public init(
        host: String, port: Int, trust: ServerTrust, routes: [any HTTPRoutes], gate: (any PairingGate)? = nil,
        limits: ServerLimits = ServerLimits(), observer: any ServerObserver, group: any EventLoopGroup,
        clock: @escaping @Sendable () -> Date = { Date() }
    ) throws(TLSFailure) {
        self.host = host
        self.port = port
        self.gate = gate
        self.limits = limits
        self.observer = observer
        self.group = group
        let cache = cache
        register = ConnectionRegister(
            PreparedServerTrust(trust, context: try Self.context(trust, gate), cache: cache), clock: clock)
        ledger = PeerLedger(limits)
        date = DateField(clock)
        let router = Router(context: AuthorityRequestContext.self)
        router.add(
            middleware: RequestLimits(ledger: ledger, limits: limits, observer: observer, measures: measures))
        for one in routes { one.add(to: router) }
        responder = router.buildResponder()
    }

    /// Where it listens; nil before it does.
    public var address: SocketAddress? { bound.withLock { $0 } }

    /// What is in force now.
    public var trust: ServerTrust { register.trust.trust }

    /// How many connections are past their handshake.
    public var connectionCount: Int { register.count }

    /// Puts other trust in force, for new connections and for those that live: those whose proof no longer holds end.
    public func replace(_ trust: ServerTrust) throws(TLSFailure) {
        observer.server(.trustReplaced(cut: try take(trust)))
    }

    /// The same, where nothing but the answer about the server's own certificate is another. It is told only where it cut
    /// something: who is let in is as it was.
    public func staple(_ trust: ServerTrust) throws(TLSFailure) {
        let cut = try take(trust)
        if cut > 0 { observer.server(.trustReplaced(cut: cut)) }
    }

    /// - Returns: how many connections it cut.
    private func take(_ trust: ServerTrust) throws(TLSFailure) -> Int {
        let known = register.trust
        let isSameIdentity = known.trust.identity === trust.identity
        let isSameAnchors = known.trust.anchors == trust.anchors
        let context = isSameIdentity && isSameAnchors ? known.context : try Self.context(trust, gate)
        let over = register.adopt(PreparedServerTrust(trust, context: context, cache: cache))
        tellCut(over)
        return over.count
    }

    private static func context(_ trust: ServerTrust, _ gate: (any PairingGate)?) throws(TLSFailure) -> TLSContext {
        var settings = TLSSettings()
        settings.alpn = ["h2", "http/1.1"]
        settings.clientCertificate = .optional
        settings.clientAuthorityNames = trust.anchors.map(\.subject.derBytes)
        return try TLSContext(
            side: .server(acceptedServerNames: nil), identity: trust.identity, settings: settings, pairing: gate)
    }

    private func tellCut(_ over: [PeerConnection]) {
        measures.cut(over.count)
        for peer in over { observer.server(.cut(peer: peer.name, address: peer.address)) }
    }

    // MARK: Serving

    public func run() async throws {
        let router = responder
        let builder = HTTPServerBuilder { [register, ledger, limits, observer, measures, date] responder in
            SecureChannel(register, ledger, limits, observer, measures, router, date, responder: responder)
        }
        let application = Application(
            responder: responder, server: builder,
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), backlog: 1_024,
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections)),
            onServerRunning: { [weak self] in await self?.started($0) },
            eventLoopGroupProvider: .shared(group), logger: Logger(label: "symbolon") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await self.sweep() }
            try await application.run()
            tasks.cancelAll()
        }
        observer.server(.stopped)
    }

    private func started(_ channel: any Channel) async {
        let gate = AcceptGate(telling: observer)
        let bound = NIOLoopBoundBox<AcceptGate?>.makeBoxSendingValue(gate, eventLoop: channel.eventLoop)
        try? await channel.eventLoop.submit {
            guard let gate = bound.value else { return }
            try channel.pipeline.syncOperations.addHandler(gate, position: .first)
        }.get()
        self.bound.withLock { $0 = channel.localAddress }
        observer.server(.listening(address: channel.localAddress?.text ?? "unknown"))
    }

    /// A proof ends when its certificates do: twice a second, so that an expiry closes connections within the second.
    private func sweep() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(500))
            tellCut(register.cutWhatIsOver())
            measures.connections(register.count)
        }
    }
}

extension AcceptGate {
    convenience init(telling observer: any ServerObserver) {
        self.init(pause: .milliseconds(100)) { change in
            switch change {
            case .paused(let reason): observer.server(.acceptPaused(because: reason))
            case .resumed: observer.server(.acceptResumed)
            case .triedAgain: break
            }
        }
    }
}
