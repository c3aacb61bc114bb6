internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTP2
internal import SymbolonVerification

/// The connections to the backend of one peer's connection. They begin and end with it: what one peer has sent on a connection
/// can never be read as another's.
final class BackendLinks {
    private let service: HTTPService
    private let target: BackendTarget
    private let loop: any EventLoop
    /// HTTP/1.1: those that wait for a request, the one that was used last at the end.
    private var idle: [BackendLink] = []
    private let multiplexed: MultiplexedBackend?
    private var isClosed = false

    init(_ service: HTTPService, _ target: BackendTarget, _ loop: any EventLoop) {
        self.service = service
        self.target = target
        self.loop = loop
        multiplexed = service.backend == .h2c ? MultiplexedBackend(target, loop) : nil
    }

    /// - Parameters:
    ///   - isFresh: on none that has served before.
    ///   - now: by which what the backend shows is judged.
    func connect(for exchange: Exchange, under trust: PreparedTrust, at now: Date, fresh isFresh: Bool) {
        if let multiplexed { return multiplexed.connect(for: exchange) }
        while !isFresh, let link = idle.popLast() {
            if !link.isOver { return exchange.linked(link) }
        }
        target.connect(on: loop).assumeIsolated().whenComplete { [self] result in
            do {
                let channel = try result.get()
                guard !isClosed, !exchange.isOver else { return channel.close(promise: nil) }
                let link = BackendLink(isStream: false)
                if let proof = trust.backend {
                    try channel.pipeline.syncOperations.addHandler(
                        proof.handler(at: now) { link.refusal = $0.explanation })
                }
                try add(link, to: channel)
                exchange.linked(link)
                try channel.syncOptions?.setOption(.autoRead, value: true)
            } catch {
                exchange.cannotConnect(error)
            }
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

    /// Its request is answered, and its backend keeps it open.
    func keep(_ link: BackendLink) {
        guard !isClosed, !link.isOver, !link.isStream, idle.count < service.limits.idleBackends else {
            return link.close()
        }
        link.rest()
        idle.append(link)
    }

    /// What the backend has to prove is to be proved again.
    func closeIdle() {
        for link in idle { link.close() }
        idle = []
    }

    func forgetIdle(_ now: NIODeadline) {
        guard !idle.isEmpty else { return }
        idle.removeAll { link in
            guard link.isOver || now - link.idleSince > service.limits.idleBackendTimeout else { return false }
            link.close()
            return true
        }
    }

    func close() {
        isClosed = true
        closeIdle()
        multiplexed?.close()
    }
}
