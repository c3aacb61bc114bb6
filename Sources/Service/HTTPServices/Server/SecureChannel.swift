internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdHTTP2
internal import Logging
internal import NIOCore
internal import SymbolonProxy
internal import SymbolonTransport

/// Our TLS, then HTTP/1.1 or HTTP/2 as the handshake agreed on (RFC 7301), on each accepted connection.
struct SecureChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let negotiated: EventLoopFuture<Negotiated>
        let channel: any Channel
    }

    struct Negotiated: Sendable {
        enum Version: Sendable {
            case http1(HTTP1Exchange)
            case http2(HTTP2Channel.Value)
        }

        let version: Version
        let peer: PeerConnection
    }

    /// The peer went while it shook hands, or its proof was withdrawn.
    private struct TooLate: Error {}

    let register: ConnectionRegister
    let ledger: PeerLedger
    let limits: ServerLimits
    let observer: any ServerObserver
    let measures: RequestMeasures
    private let router: RouterResponder<AuthorityRequestContext>
    private let date: DateField
    private let http2: HTTP2Channel

    init(
        _ register: ConnectionRegister, _ ledger: PeerLedger, _ limits: ServerLimits, _ observer: any ServerObserver,
        _ measures: RequestMeasures, _ router: RouterResponder<AuthorityRequestContext>, _ date: DateField,
        responder: @escaping HTTPChannelHandler.Responder
    ) {
        self.register = register
        self.ledger = ledger
        self.limits = limits
        self.observer = observer
        self.measures = measures
        self.router = router
        self.date = date
        let streams = HTTP1Channel.Configuration(
            idleTimeout: limits.idle,
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                maxHeaderFieldCount: limits.headerFields))
        // Floods of resets, settings, pings and empty frames (CVE-2023-44487, CVE-2019-9511 to 9518, CVE-2024-27316) are
        // bounded by the HTTP/2 library's own defaults, which are left as they are.
        http2 = HTTP2Channel(
            responder: responder,
            configuration: HTTP2ChannelConfiguration(
                idleTimeout: .nanoseconds(limits.idle.nanoseconds), gracefulCloseTimeout: .seconds(10),
                streamConfiguration: streams))
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let address = channel.remoteAddress
        let key = PeerKey.address(PeerAddress(address))
        guard ledger.connect(key) else {
            observer.server(.limited(peer: "", address: address?.text ?? "unknown", limit: "connections"))
            return channel.close().flatMap { channel.eventLoop.makeFailedFuture(TooLate()) }
        }
        let ledger = ledger
        channel.closeFuture.whenComplete { _ in ledger.disconnect(key) }
        let outcome = channel.eventLoop.makePromise(of: Negotiated.self)
        let trust = register.trust
        return channel.eventLoop.makeCompletedFuture {
            let register = register
            let tls = TLSHandler(context: trust.context, serverName: nil) { trust.judge($0, at: register.now) }
            let negotiation = Negotiation(outcome) { session in
                self.proved(session, on: channel, logger)
            } refused: { error in
                self.refused(error, address)
            }
            try channel.pipeline.syncOperations.addHandlers([tls, negotiation])
            return Value(negotiated: outcome.futureResult, channel: channel)
        }
    }

    /// On the event loop, before anything of the application's arrives.
    private func proved(
        _ session: SessionFacts, on channel: any Channel, _ logger: Logger
    ) -> EventLoopFuture<Negotiated> {
        let peer = PeerConnection(channel, session)
        guard register.admit(peer) else {
            return channel.close().flatMap { channel.eventLoop.makeFailedFuture(TooLate()) }
        }
        let register = register
        channel.closeFuture.whenComplete { _ in register.leave(peer) }
        if session.alpn == "h2" {
            return http2.setup(channel: channel, logger: logger).map { Negotiated(version: .http2($0), peer: peer) }
        }
        do {
            let address = channel.remoteAddress
            let (observer, measures) = (observer, measures)
            let exchange = try HTTP1Exchange(on: channel, limits) { limit in
                measures.limited(limit)
                observer.server(.limited(peer: peer.name, address: address?.text ?? "unknown", limit: limit))
            }
            return channel.eventLoop.makeSucceededFuture(Negotiated(version: .http1(exchange), peer: peer))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
    }

    private func refused(_ error: any Error, _ address: SocketAddress?) {
        let reason = (error as? TLSFailure)?.reason ?? "lost"
        measures.refusedHandshake(reason)
        observer.server(
            .handshakeRefused(address: address?.text ?? "unknown", reason: reason, explanation: text(of: error)))
    }

    func handle(value: Value, logger: Logger) async {
        guard let negotiated = try? await value.negotiated.get() else { return }
        let executor = LoopExecutor(value.channel.eventLoop)
        await withTaskExecutorPreference(executor) {
            await PeerConnection.$current.withValue(negotiated.peer) {
                switch negotiated.version {
                case .http1(let exchange): await exchange.run(router, date, logger: logger)
                case .http2(let connection): await http2.handle(value: connection, logger: logger)
                }
            }
        }
        withExtendedLifetime(executor) {}
    }
}
