internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import SymbolonVerification

/// The connections to the backend of one peer's connection. They begin and end with it: what one peer has sent on a connection
/// can never be read as another's.
///
///     none ──a request──▶ connecting ──HTTP/2 is spoken──▶ shared ──it leaves, or its proof is over──▶ none
///                            └──HTTP/1.1 is──▶ single: a connection for each request under way
final class BackendLinks {
    private enum State {
        case none
        /// What is spoken is not known yet: these wait for it.
        case connecting([Exchange])
        case shared(MultiplexedBackend)
        case single
        case closed
    }

    private let service: HTTPService
    private let target: BackendTarget
    private let loop: any EventLoop
    private var state: State
    /// HTTP/1.1: those that wait for a request, the one that was used last at the end.
    private var idle: [BackendLink] = []
    /// By which these were proved.
    private var proof: BackendProof?
    /// The first of what they proved to end.
    private var provedUntil: Date?

    init(_ service: HTTPService, _ target: BackendTarget, _ loop: any EventLoop) {
        self.service = service
        self.target = target
        self.loop = loop
        state = service.backend == .h2c || service.backendTLS != nil ? .none : .single
    }

    /// - Parameters:
    ///   - isFresh: on none that has served before.
    ///   - now: by which what the backend shows is judged.
    func connect(for exchange: Exchange, under trust: PreparedTrust, at now: Date, fresh isFresh: Bool) {
        let proof = trust.backend
        take(proof)
        // RFC 9113 §8.6: HTTP/2 knows no Upgrade.
        if exchange.wantsUpgrade, service.backend != .h2c { return dial(for: exchange, proof, at: now, plain: true) }
        switch state {
        case .shared(let backend) where backend.takesRequests: return backend.open(exchange)
        case .connecting(let waiting): state = .connecting(waiting + [exchange])
        case .none, .shared:
            state = .connecting([exchange])
            open(proof, at: now, plain: false) { [self] in connected($0, under: trust, at: now) }
        case .single:
            while !isFresh, let link = idle.popLast() {
                if !link.isOver { return exchange.linked(link) }
            }
            dial(for: exchange, proof, at: now, plain: false)
        case .closed: exchange.cannotConnect(ChannelError.alreadyClosed)
        }
    }

    private typealias Opened = (channel: any Channel, peer: VerifiedPeer?, isHTTP2: Bool)

    /// A new connection, with the backend proved where it has to be.
    private func open(
        _ proof: BackendProof?, at now: Date, plain isPlain: Bool,
        then: @escaping (Result<Opened, any Error>) -> Void
    ) {
        target.connect(on: loop).assumeIsolated().whenComplete { [self] result in
            switch result {
            case .failure(let error): then(.failure(error))
            case .success(let channel):
                guard let proof else { return then(.success((channel, nil, service.backend == .h2c))) }
                proof.begin(on: channel, plain: isPlain, at: now) { result in
                    then(result.map { ($0.channel, $0.peer, $0.isHTTP2) }.mapError { $0 })
                }
            }
        }
    }

    /// What is spoken is known now.
    private func connected(_ result: Result<Opened, any Error>, under trust: PreparedTrust, at now: Date) {
        guard case .connecting(let waiting) = state else {
            if case .success(let opened) = result { opened.channel.close(promise: nil) }
            return
        }
        do {
            let opened = try result.get()
            guard opened.isHTTP2 else {
                state = .single
                let first = waiting.first { !$0.isOver }
                link(first, opened)
                for exchange in waiting where !exchange.isOver && exchange !== first {
                    connect(for: exchange, under: trust, at: now, fresh: false)
                }
                return
            }
            let backend = try MultiplexedBackend(on: opened.channel, proved: opened.peer)
            note(opened.peer)
            try opened.channel.syncOptions?.setOption(.autoRead, value: true)
            state = .shared(backend)
            for exchange in waiting { backend.open(exchange) }
        } catch {
            state = .none
            for exchange in waiting { exchange.cannotConnect(error) }
        }
    }

    /// A connection of HTTP/1.1 for one request.
    private func dial(for exchange: Exchange, _ proof: BackendProof?, at now: Date, plain isPlain: Bool) {
        open(proof, at: now, plain: isPlain) { [self] result in
            do {
                let opened = try result.get()
                guard opened.isHTTP2 else { return link(exchange, opened) }
                // It spoke HTTP/1.1 before.
                let backend = try MultiplexedBackend(on: opened.channel, proved: opened.peer)
                note(opened.peer)
                guard case .single = state else { return backend.close() }
                state = .shared(backend)
                backend.open(exchange)
            } catch {
                exchange.cannotConnect(error)
            }
        }
    }

    private func link(_ exchange: Exchange?, _ opened: Opened) {
        guard !isClosed, let exchange, !exchange.isOver else { return opened.channel.close(promise: nil) }
        do {
            let link = BackendLink(isStream: false, proved: opened.peer)
            try add(link, to: opened.channel)
            note(opened.peer)
            exchange.linked(link)
            try opened.channel.syncOptions?.setOption(.autoRead, value: true)
        } catch {
            opened.channel.close(promise: nil)
            exchange.cannotConnect(error)
        }
    }

    private func add(_ link: BackendLink, to channel: any Channel) throws {
        var framing = HTTPRequestEncoder.Configuration()
        framing.automaticallySetFramingHeaders = false
        var limits = NIOHTTPDecoderLimitConfiguration()
        // 64 KiB: what a backend may say in one head; others hold it for the peer.
        limits.maxHeaderListSize = 64 * 1024
        limits.maxHeaderFieldSize = 64 * 1024
        try channel.pipeline.syncOperations.addHandlers([
            HTTPRequestEncoder(configuration: framing),
            ByteToMessageHandler(
                HTTPResponseDecoder(
                    leftOverBytesStrategy: .forwardBytes, informationalResponseStrategy: .forward,
                    limitConfiguration: limits)),
            link,
        ])
    }

    private var isClosed: Bool { if case .closed = state { true } else { false } }

    /// Its request is answered, and its backend keeps it open.
    func keep(_ link: BackendLink) {
        guard !isClosed, !link.isOver, !link.isStream, idle.count < service.limits.idleBackends else {
            return link.close()
        }
        link.rest()
        idle.append(link)
    }

    func forgetIdle(_ now: NIODeadline) {
        guard !idle.isEmpty else { return }
        idle.removeAll { link in
            guard link.isOver || now - link.idleSince > service.limits.idleBackendTimeout else { return false }
            link.close()
            return true
        }
    }

    // MARK: Proved again

    private func note(_ peer: VerifiedPeer?) {
        guard let until = peer?.validUntil else { return }
        provedUntil = min(until, provedUntil ?? until)
    }

    /// Whether something that a backend has proved has ended by its date.
    func isDue(at now: Date) -> Bool { provedUntil.map { now > $0 } ?? false }

    /// Closes what carries no request and is believed no more. Requests under way look after themselves.
    func judgeAgain(by next: BackendProof, at now: Date) {
        take(next)
        provedUntil = nil
        func holds(_ peer: VerifiedPeer?) -> Bool {
            guard let peer else { return true }
            do { try next.recheck(peer, at: now) } catch { return false }
            note(peer)
            return true
        }
        idle.removeAll { link in
            if holds(link.peer) { return false }
            link.close()
            return true
        }
        if case .shared(let backend) = state, !holds(backend.peer) {
            state = .none
            backend.close()
        }
    }

    /// Where this end proves itself as somebody else now, requests go out on new connections.
    private func take(_ next: BackendProof?) {
        if let next, let proof, !next.hasIdentity(of: proof) {
            closeIdle()
            if case .shared(let backend) = state {
                state = .none
                backend.retire()
            }
        }
        proof = next
    }

    private func closeIdle() {
        for link in idle { link.close() }
        idle = []
    }

    func close() {
        closeIdle()
        if case .shared(let backend) = state { backend.close() }
        state = .closed
    }
}
