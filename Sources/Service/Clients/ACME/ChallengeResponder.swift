import NIOCore
import NIOHTTP1
import NIOPosix
import SymbolonEnrollment
import SymbolonKeys
import SymbolonTokens
import SymbolonTransport
import Synchronization

/// Answers a server's look at a name: http-01 (RFC 8555 §8.3) or tls-alpn-01 (RFC 8737). Listens from the first answer to
/// `stop`; serves nothing else, and nobody for long.
final class ChallengeResponder: Sendable {
    /// What is answered now: names are proved one after the other.
    fileprivate struct Answer: Sendable {
        let path: String
        let keyAuthorization: String
        let tls: TLSContext?
    }

    /// Connections at once; what comes beyond is closed. 64: servers look from a few places.
    fileprivate static let mostConnections = 64
    /// A look is over in a moment; a stranger may hold a socket no longer than this.
    fileprivate static let deadline = TimeAmount.seconds(10)

    private let proof: ACMEProof
    private let group: any EventLoopGroup
    private let listener = Mutex<(any Channel)?>(nil)
    fileprivate let current = Mutex<Answer?>(nil)
    fileprivate let connections = Atomic<Int>(0)

    init(_ proof: ACMEProof, on group: (any EventLoopGroup)? = nil) {
        self.proof = proof
        self.group = group ?? MultiThreadedEventLoopGroup.singleton
    }

    /// From now on this is what a look finds.
    /// - Parameter account: RFC 8555 §8.1: the key authorization is the token and the thumbprint of the account's key.
    func answer(
        _ identifier: ACMEIdentifier, token: String, key account: PublicKey
    ) async throws(ACMEClientFailure) {
        guard let thumbprint = JWK.thumbprint(account) else { throw .cannotSign("the account's key has no thumbprint") }
        let authorization = "\(token).\(thumbprint)"
        var tls: TLSContext?
        if proof.way == .tlsALPN01 {
            tls = try ChallengeCertificate.context(for: identifier, keyAuthorization: authorization)
        }
        let answer = Answer(
            path: "/.well-known/acme-challenge/\(token)", keyAuthorization: authorization, tls: tls)
        current.withLock { $0 = answer }
        if listener.withLock({ $0 == nil }) { try await listen() }
    }

    /// Ends the listening.
    func stop() async {
        current.withLock { $0 = nil }
        let channel = listener.withLock { channel in
            defer { channel = nil }
            return channel
        }
        try? await channel?.close().get()
    }

    private func listen() async throws(ACMEClientFailure) {
        let place = proof.listen
        let isTLS = proof.way == .tlsALPN01
        do {
            let channel = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try self.prepare(channel, isTLS: isTLS) }
                }
                .bind(host: place.host, port: place.port).get()
            listener.withLock { $0 = channel }
        } catch {
            let why = (error as? IOError).map { unsafe String(cString: strerror($0.errnoCode)) } ?? "\(error)"
            throw .cannotListen(place.description, because: why)
        }
    }

    private func prepare(_ channel: any Channel, isTLS: Bool) throws {
        let count = connections.add(1, ordering: .relaxed).newValue
        channel.closeFuture.whenComplete { _ in self.connections.subtract(1, ordering: .relaxed) }
        let answer = current.withLock { $0 }
        guard count <= Self.mostConnections, let answer else { return channel.close(promise: nil) }
        let pipeline = channel.pipeline.syncOperations
        let end = channel.eventLoop.scheduleTask(in: Self.deadline) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in end.cancel() }
        if isTLS {
            guard let context = answer.tls else { return channel.close(promise: nil) }
            try pipeline.addHandlers([
                TLSHandler(context: context, serverName: nil) { _ in .accepted(()) }, HandshakeAlone(),
            ])
        } else {
            var bounds = NIOHTTPDecoderLimitConfiguration()
            (bounds.maxHeaderListSize, bounds.maxHeaderFieldSize) = (1 << 13, 1 << 13)
            try pipeline.addHandlers([
                HTTPResponseEncoder(),
                ByteToMessageHandler(
                    HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: bounds)),
                ChallengePage(self),
            ])
        }
    }
}

/// RFC 8555 §8.3: the key authorization, under its token; nothing else is there.
private final class ChallengePage: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let responder: ChallengeResponder
    private var head: HTTPRequestHead?

    init(_ responder: ChallengeResponder) { self.responder = responder }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end: answer(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ context: ChannelHandlerContext) {
        guard let head else { return }
        self.head = nil
        let current = responder.current.withLock { $0 }
        let isFound = head.method == .GET && head.uri == current?.path
        let body = isFound ? current?.keyAuthorization ?? "" : "Nothing is here.\n"
        let headers: HTTPHeaders = [
            "content-type": isFound ? "application/octet-stream" : "text/plain; charset=utf-8",
            "content-length": "\(body.utf8.count)", "connection": "close",
        ]
        let line = HTTPResponseHead(version: .http1_1, status: isFound ? .ok : .notFound, headers: headers)
        context.write(wrapOutboundOut(.head(line)), promise: nil)
        if head.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in bound.value.close(promise: nil) }
    }
}

/// RFC 8737 §3: once the handshake is done there is nothing to say, and no byte is taken.
private final class HandshakeAlone: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is TLSHandshakeCompleted { context.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
