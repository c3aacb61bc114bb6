internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTP2
internal import SymbolonAccessPolicy
internal import SymbolonCertificates
internal import SymbolonNames
internal import SymbolonTokens
internal import SymbolonTransport
internal import SymbolonVerification

/// A connection whose requests are read: each is decided by itself, and handed to the backend over connections that no other
/// peer's connection ever uses.
final class HTTPConnection: Connection {
    let service: HTTPService
    private let gate = HTTPGate()
    private var exchanges: [Swift.ObjectIdentifier: Exchange] = [:]
    private var backends: BackendLinks
    /// As the backend is told with every request.
    private(set) var identity: BackendIdentity?
    /// By which it is told so in a signed form.
    private var tokens = HeldTokens()
    private var hosts: ServedHosts?
    private var isHTTP2 = false
    /// Nothing has been said by which HTTP/1.1 and HTTP/2 could be told apart.
    private var isUndecided = true
    /// The handler of an HTTP/1.1 connection.
    private var front: HTTPFront?
    /// Of HTTP/2, those that are open.
    private var streams = 0
    private(set) var isDraining = false
    private var lastActive = NIODeadline.now()
    private var cause: Ending?

    init(_ id: UInt64, from origin: SocketAddress?, in share: LoopShare, serving service: HTTPService) {
        self.service = service
        backends = BackendLinks(service, share.backend, share.loop)
        super.init(id, from: origin, in: share)
        gate.report(to: self)
    }

    /// By which the log finds it.
    var number: String { ConnectionReference(role: share.plan.role, service: share.plan.name, id: id).description }

    override var peerAddress: SocketAddress? { gate.context?.channel.remoteAddress }
    override var ownAddress: SocketAddress? { gate.context?.channel.localAddress }
    override var bytesUp: UInt64 { gate.received }
    override var bytesDown: UInt64 { gate.sent }

    /// Takes the accepted channel.
    func open(_ channel: any Channel) throws {
        let tls = TLSHandler(context: share.trust.context, serverName: nil) { self.verify($0) }
        try channel.pipeline.syncOperations.addHandlers([tls, gate])
    }

    override func begin(_ session: SessionFacts) {
        guard let facts else { return }
        hosts = ServedHosts(
            serverName: session.serverName, configured: service.hosts,
            names: (facts.own.leaf.extensions.subjectAlternativeNames ?? []).compactMap { try? $0.subjectName() },
            address: ownAddress?.unmappedIP)
        // RFC 9113 §3.2 has clients of HTTP/2 say so in the handshake. Where a door is between, the client is not in it.
        if session.alpn == nil {
            gate.whenPrefaceIsKnown { [self] in speak(isHTTP2: $0) }
        } else {
            speak(isHTTP2: session.alpn == "h2")
        }
    }

    private func speak(isHTTP2: Bool) {
        guard let context = gate.context, let facts else { return }
        isUndecided = false
        self.isHTTP2 = isHTTP2
        identity = BackendIdentity(facts, isHTTP2: isHTTP2)
        do {
            if isHTTP2 { try speakHTTP2(context) } else { try speakHTTP1(context) }
        } catch {
            return end(.broken(.front, text(of: error)))
        }
        gate.open()
    }

    private func speakHTTP1(_ context: ChannelHandlerContext) throws {
        let front = HTTPFront(self, isStream: false)
        self.front = front
        var framing = HTTPResponseEncoder.Configuration()
        framing.automaticallySetFramingHeaders = false
        try context.pipeline.syncOperations.addHandlers([
            HTTPResponseEncoder(configuration: framing),
            ByteToMessageHandler(
                HTTPRequestDecoder(
                    leftOverBytesStrategy: .forwardBytes, limitConfiguration: .init(service.limits))),
            front,
        ])
    }

    private func speakHTTP2(_ context: ChannelHandlerContext) throws {
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let isBehindDoor = facts?.session.alpn == nil
        _ = try context.pipeline.syncOperations.configureHTTP2Pipeline(
            mode: .server,
            connectionConfiguration: HTTP2Limits.connection(
                service.limits, takesSockets: service.backend != .h2c),
            streamConfiguration: HTTP2Limits.stream
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let front = HTTPFront(bound.value, isStream: true)
                bound.value.streams += 1
                stream.closeFuture.assumeIsolated().whenComplete { _ in bound.value.streamEnded() }
                try stream.pipeline.syncOperations.addHandlers([
                    HTTP2RequestCodec(bound.value.service.limits, isBehindDoor: isBehindDoor), front,
                ])
            }
        }
        try context.pipeline.syncOperations.addHandler(HTTP2ConnectionEnd())
    }

    /// All that it was to carry has left.
    private func streamEnded() {
        streams -= 1
        lastActive = .now()
        if isDraining, streams == 0 { gate.context?.close(promise: nil) }
    }

    // MARK: Requests

    func serves(_ authority: RequestAuthority) -> Bool { hosts?.include(authority) ?? false }

    func permit(_ request: Question.Request, for person: ActingPerson?) throws(RefusalCause) -> Permission {
        guard let proof else { throw .lost("the connection is over") }
        return try share.trust.allow(request, for: person, of: proof, share.circumstances(of: self))
    }

    /// For whom the peer makes this request; nil: for itself.
    func person(in fields: HTTPHeaders, of request: CanonicalRequest) throws(RequestFault) -> ActingPerson? {
        guard let proof, !share.trust.state.issuers.isEmpty else { return nil }
        let reading = PersonInRequest(
            issuers: share.trust.state.issuers, desk: share.plan.proofs, realm: share.plan.name, now: share.now,
            steady: share.plan.steady())
        return try reading.person(in: fields, of: request, from: proof.peer)
    }

    override var actingFor: [String] { Set(exchanges.values.compactMap(\.actingFor)).sorted() }

    func begins(_ exchange: Exchange) {
        exchanges[Swift.ObjectIdentifier(exchange)] = exchange
        lastActive = .now()
    }

    func ends(_ exchange: Exchange) {
        exchanges[Swift.ObjectIdentifier(exchange)] = nil
        lastActive = .now()
    }

    /// What the backend of a request is told in a token; nil: it is told none.
    /// - Parameter rule: that allowed the request.
    func token(under rule: String?, for person: ActingPerson?) throws(JWSFailure) -> String? {
        guard let teller = share.trust.teller, let facts else { return nil }
        return try tokens.token(
            by: teller, about: facts, for: person, under: rule, at: share.now, share.plan.steady())
    }

    /// The backend for a request.
    func connect(for exchange: Exchange, fresh isFresh: Bool = false) {
        exchange.trace?.asks(share.plan.target)
        backends.connect(for: exchange, under: share.trust, at: share.now, fresh: isFresh)
    }

    func keep(_ link: BackendLink) { backends.keep(link) }

    /// - Parameter head: nil: no request could be made of what came.
    func trace(of head: HTTPRequestHead?, since began: NIODeadline) -> RequestTrace? {
        share.plan.tracing.map { RequestTrace($0, on: trace, since: began, method: head?.method) }
    }

    // MARK: Judged again

    override func judgeAgain(_ known: Proof, _ circumstances: Circumstances) throws(RefusalCause) -> Proof {
        let proof = try share.trust.rejudge(known, circumstances)
        if proof.epoch != known.epoch { tokens.forget() }
        if let backend = share.trust.backend {
            for exchange in exchanges.values {
                exchange.judgeBackendAgain { (peer) throws(Refusal) in
                    try backend.recheck(peer, at: circumstances.date)
                }
            }
            backends.judgeAgain(by: backend, at: circumstances.date)
        }
        for exchange in exchanges.values {
            exchange.judgeAgain { (request, person) throws(RefusalCause) in
                try share.trust.allow(request, for: person, of: proof, circumstances)
            }
        }
        return proof
    }

    override func isDue(at now: Date, _ steady: Duration) -> Bool {
        super.isDue(at: now, steady) || backends.isDue(at: now)
            || exchanges.values.contains { exchange in
                exchange.endsAt.map { $0 <= steady } ?? false || exchange.backendProvedUntil.map { now > $0 } ?? false
            }
    }

    override func lookAtDeadlines(_ now: NIODeadline) {
        for exchange in exchanges.values { exchange.lookAtDeadline(now) }
        backends.forgetIdle(now)
        front?.lookAtDeadline(now)
        let limit = gate.holdsBytes ? service.limits.headTimeout : service.limits.idleTimeout
        if isUndecided, now - lastActive > limit { gate.context?.close(promise: nil) }
        if isHTTP2, streams == 0, now - lastActive > service.limits.idleTimeout {
            gate.context?.close(promise: nil)
        }
    }

    // MARK: Ends

    override func drain() {
        isDraining = true
        if isUndecided { gate.context?.close(promise: nil) }
        front?.drain()
        guard isHTTP2, let context = gate.context else { return }
        // RFC 9113 §6.8: what has come already is answered.
        context.channel.writeAndFlush(
            HTTP2Frame(
                streamID: .rootStream, payload: .goAway(lastStreamID: .maxID, errorCode: .noError, opaqueData: nil)),
            promise: nil)
        if streams == 0 { context.close(promise: nil) }
    }

    func broke(_ error: any Error) {
        if isProving { return refuse(verdict ?? .init(handshake: error), isAlertSent: true) }
        if case TLSFailure.peerAlert(let alert) = error {
            cause = .alert(alert)
        } else {
            cause = .broken(.front, text(of: error))
        }
    }

    func gone() {
        if isProving { return refuse(verdict ?? .lost("it was closed"), isAlertSent: verdict != nil) }
        release()
        conclude(cause ?? .finished)
    }

    override func dismiss(isAlertSent: Bool) {
        if isAlertSent { gate.close() } else { gate.reset() }
    }

    override func cut(saying alert: TLSAlert?) -> TLSAlert? {
        if let alert, gate.cut(saying: alert) { return alert }
        gate.reset()
        return nil
    }

    override func release() {
        for exchange in exchanges.values { exchange.frontGone() }
        exchanges = [:]
        backends.close()
    }
}

extension NIOHTTPDecoderLimitConfiguration {
    init(_ limits: HTTPLimits) {
        self.init()
        maxHeaderFieldSize = limits.headerBytes
        maxHeaderListSize = limits.headerBytes
        maxHeaderFieldCount = limits.headerFields
    }
}
