import Foundation
import NIOCore
import NIOHTTP1
import SymbolonTransport
import SymbolonVerification

/// One connection to a server, from its handshake to its end; one request at a time. Loop-bound.
///
/// ```text
/// proving ──proved──▶ idle ◀───────────last octet, kept alive────────────┐
///    │                 └──request──▶ awaiting ──head──▶ receiving ────────┤
///    └──────────anything wrong, a limit, the end──────────▶ closed ◀──────┘
/// ```
final class HTTPSConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private enum State {
        case proving
        case idle
        case awaiting(Exchange)
        case receiving(Exchange, HTTPResponseHead, [UInt8])
        case closed(HTTPSFailure)
    }

    private struct Exchange {
        let limits: HTTPSLimits
        let promise: EventLoopPromise<HTTPSResponse>
        let deadline: Scheduled<Void>
    }

    /// A connection on which both ends are proved, with the handlers that do the work: they are gone from its pipeline once
    /// it is closed, and still know why.
    struct Proved: Sendable {
        let facts: SessionFacts
        let channel: any Channel
        let tls: NIOLoopBound<TLSHandler>
        let handler: NIOLoopBound<HTTPSConnectionHandler>
    }

    private let address: ServerAddress
    private let judge: @Sendable (PresentedPeer) -> Result<VerifiedPeer, HTTPSFailure>
    /// Kept when both ends are proved, or when they will not be.
    private let proved: EventLoopPromise<Proved>
    private var state = State.proving
    /// Why our verifier refused: more exact than the handshake's word for it.
    private var refusal: HTTPSFailure?
    private var silence: Scheduled<Void>?
    private var wasActive = false
    private var context: ChannelHandlerContext?
    private weak var tls: TLSHandler?

    init(
        _ address: ServerAddress,
        judging judge: @escaping @Sendable (PresentedPeer) -> Result<VerifiedPeer, HTTPSFailure>,
        fulfilling proved: EventLoopPromise<Proved>
    ) {
        self.address = address
        self.judge = judge
        self.proved = proved
    }

    /// The handler in front of this one, which asks it to verify.
    func makeTLS(_ proof: HTTPSProof) -> TLSHandler {
        let handler = TLSHandler(context: proof.context, serverName: proof.serverName ?? address.host) {
            self.verify($0)
        }
        tls = handler
        return handler
    }

    /// May take a request.
    var isIdle: Bool { if case .idle = state { true } else { false } }

    // MARK: Proof

    private func verify(_ presented: PresentedPeer) -> PeerVerdict {
        switch judge(presented) {
        case .success(let peer):
            return .accepted(peer)
        case .failure(let failure):
            refusal = failure
            return .refused(.badCertificate)
        }
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let completed = event as? TLSHandshakeCompleted, let tls, case .proving = state {
            state = .idle
            let loop = context.eventLoop
            proved.succeed(
                Proved(
                    facts: completed.facts, channel: context.channel, tls: NIOLoopBound(tls, eventLoop: loop),
                    handler: NIOLoopBound(self, eventLoop: loop)))
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: One exchange

    func send(_ request: HTTPSRequest, within limits: HTTPSLimits, fulfilling promise: EventLoopPromise<HTTPSResponse>)
    {
        guard case .idle = state, let context else {
            if case .closed(let failure) = state { promise.fail(failure) } else { promise.fail(HTTPSFailure.cancelled) }
            return
        }
        state = .awaiting(
            Exchange(limits: limits, promise: promise, deadline: schedule(limits.whole, .slow(limits.whole), context)))
        awaitMore(limits.silence, .silent(limits.silence), context)
        var head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method.rawValue), uri: request.target)
        head.headers.add(name: "host", value: address.hostField)
        for field in request.fields { head.headers.add(name: field.name, value: field.value) }
        // RFC 9110 §8.6: a method that means something by its content says how much there is, also none.
        if !request.body.isEmpty || request.method == .post || request.method == .put {
            head.headers.replaceOrAdd(name: "content-length", value: String(request.body.count))
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !request.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: request.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (state, unwrapInboundIn(data)) {
        case (.awaiting(let exchange), .head(let head)):
            awaitMore(exchange.limits.silence, .silent(exchange.limits.silence), context)
            let announced = head.headers.first(name: "content-length").flatMap(Int.init) ?? 0
            guard announced <= exchange.limits.bodyOctets else {
                return fail(.bodyTooLarge(limit: exchange.limits.bodyOctets), context)
            }
            state = .receiving(exchange, head, [])
        case (.receiving(let exchange, let head, var octets), .body(let part)):
            awaitMore(exchange.limits.silence, .silent(exchange.limits.silence), context)
            state = .proving  // So that the array is not copied.
            guard part.readableBytes <= exchange.limits.bodyOctets - octets.count else {
                state = .receiving(exchange, head, [])
                return fail(.bodyTooLarge(limit: exchange.limits.bodyOctets), context)
            }
            octets += part.readableBytesView
            state = .receiving(exchange, head, octets)
        case (.receiving(let exchange, let head, let octets), .end):
            conclude(exchange, head, octets, context)
        case (.idle, _):
            // RFC 9112 §9.2: an answer that nobody asked for.
            fail(.malformed("it answers what was not asked"), context)
        default:
            return
        }
    }

    private func conclude(
        _ exchange: Exchange, _ head: HTTPResponseHead, _ octets: [UInt8], _ context: ChannelHandlerContext
    ) {
        exchange.deadline.cancel()
        let response = HTTPSResponse(
            status: Int(head.status.code), fields: head.headers.map { HTTPSField($0.name, $0.value) }, body: octets)
        if head.isKeepAlive, context.channel.isActive {
            state = .idle
            // An idle connection says nothing, and after a while is not worth keeping.
            awaitMore(exchange.limits.idle, .cutOff(afterFirstOctet: false), context)
        } else {
            silence?.cancel()
            state = .closed(.cutOff(afterFirstOctet: false))
            context.close(promise: nil)
        }
        exchange.promise.succeed(response)
    }

    // MARK: The end

    func channelActive(context: ChannelHandlerContext) {
        wasActive = true
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.cutOff(afterFirstOctet: isReceiving), context)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        // Where there was no connection, the failure to connect says why.
        if wasActive { fail(.cutOff(afterFirstOctet: isReceiving), context) }
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(failure(for: error), context)
    }

    /// Gives up whatever is on the way.
    func cancel() {
        guard let context else { return }
        fail(.cancelled, context)
    }

    private var isReceiving: Bool { if case .receiving = state { true } else { false } }

    private func failure(for error: any Error) -> HTTPSFailure {
        if let refusal { return refusal }
        switch error {
        case TLSFailure.truncated: return .cutOff(afterFirstOctet: isReceiving)
        case let failure as TLSFailure: return .tls(failure)
        case HTTPParserError.headerOverflow:
            if case .awaiting(let exchange) = state { return .headTooLarge(limit: exchange.limits.headOctets) }
            return .malformed("its header is too large")
        case HTTPParserError.invalidEOFState: return .cutOff(afterFirstOctet: isReceiving)
        case let error as HTTPParserError: return .malformed(error.debugDescription)
        case is IOError, is ChannelError: return .cutOff(afterFirstOctet: isReceiving)
        default: return .malformed("\(error)")
        }
    }

    /// Ends the connection; only the first reason is heard.
    private func fail(_ failure: HTTPSFailure, _ context: ChannelHandlerContext) {
        silence?.cancel()
        let earlier = state
        if case .closed = earlier { return }
        state = .closed(failure)
        switch earlier {
        case .proving: proved.fail(failure)
        case .awaiting(let exchange), .receiving(let exchange, _, _):
            exchange.deadline.cancel()
            exchange.promise.fail(failure)
        case .idle, .closed: break
        }
        context.close(promise: nil)
    }

    private func awaitMore(_ time: TimeAmount, _ failure: HTTPSFailure, _ context: ChannelHandlerContext) {
        silence?.cancel()
        silence = schedule(time, failure, context)
    }

    private func schedule(_ time: TimeAmount, _ failure: HTTPSFailure, _ context: ChannelHandlerContext) -> Scheduled<
        Void
    > {
        context.eventLoop.assumeIsolated().scheduleTask(in: time) { self.fail(failure, context) }
    }
}
