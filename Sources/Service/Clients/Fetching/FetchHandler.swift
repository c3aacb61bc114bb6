import NIOCore
import NIOHTTP1
import NIOSSL
import SymbolonTransport

/// One request and its answer. Loop-bound; whatever happens, the promise is kept once and the connection closed.
///
/// ```text
/// waiting ──final status──▶ receiving ──end──▶ done
///    └──anything else, or a limit──▶ done ◀──┘
/// ```
final class FetchHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private enum State {
        case waiting
        case receiving(status: Int, retryAfter: Int?, [UInt8])
        case done
    }

    private let address: FetchAddress
    private let request: FetchRequest
    private let mostOctets: Int
    private let limits: Fetcher.Limits
    private let promise: EventLoopPromise<FetchAnswer>
    private var state = State.waiting
    private var deadline: Scheduled<Void>?
    private var silence: Scheduled<Void>?

    init(
        _ address: FetchAddress, _ request: FetchRequest = .get, atMost octets: Int, within limits: Fetcher.Limits,
        fulfilling promise: EventLoopPromise<FetchAnswer>
    ) {
        self.address = address
        self.request = request
        mostOctets = octets
        self.limits = limits
        self.promise = promise
    }

    func channelActive(context: ChannelHandlerContext) {
        deadline = schedule(limits.whole, .slow(limits.whole), context)
        awaitMore(context)
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: address.target)
        head.headers = ["host": address.hostField, "connection": "close", "accept-encoding": "identity"]
        if case .post(let octets, let type) = request {
            head.method = .POST
            head.headers.add(name: "content-type", value: type)
            head.headers.add(name: "content-length", value: String(octets.count))
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: octets)))), promise: nil)
        } else {
            context.write(wrapOutboundOut(.head(head)), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        awaitMore(context)
        switch (state, unwrapInboundIn(data)) {
        case (.waiting, .head(let head)):
            receive(head, context)
        case (.receiving(let status, let retryAfter, var octets), .body(let part)):
            state = .done  // So that the array is not copied.
            guard part.readableBytes <= mostOctets - octets.count else {
                return finish(.failure(.tooLarge(limit: mostOctets)), context)
            }
            octets += part.readableBytesView
            state = .receiving(status: status, retryAfter: retryAfter, octets)
        case (.receiving(let status, let retryAfter, let octets), .end):
            finish(.success(FetchAnswer(status: status, retryAfter: retryAfter, octets: octets)), context)
        default:
            return
        }
    }

    private func receive(_ head: HTTPResponseHead, _ context: ChannelHandlerContext) {
        // RFC 9110 §15.2: what is only on the way is passed over.
        if head.status.code < 200 { return }
        let status = Int(head.status.code)
        let isPost = if case .post = request { true } else { false }
        switch status {
        case 300..<400:
            finish(.failure(.redirected(to: head.headers.first(name: "location") ?? "nowhere")), context)
        case _ where isPost || status == 200:
            let announced = head.headers.first(name: "content-length").flatMap(Int.init) ?? 0
            guard announced <= mostOctets else { return finish(.failure(.tooLarge(limit: mostOctets)), context) }
            var octets: [UInt8] = []
            octets.reserveCapacity(announced)
            let after = head.headers.first(name: "retry-after").flatMap(Int.init)
            state = .receiving(status: status, retryAfter: after, octets)
        default:
            finish(.failure(.status(status)), context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.failure(.cutOff), context)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        // Where there was no connection, the failure to connect says why.
        if deadline != nil { finish(.failure(.cutOff), context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let failure: FetchFailure =
            switch error {
            case NIOSSLError.uncleanShutdown: .cutOff
            case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: .notProved("\(error)")
            case let failure as TLSFailure: .notProved(failure.explanation)
            case let failure as FetchFailure: failure
            case is HTTPParserError: .malformed("\(error)")
            default: .unreachable("\(error)")
            }
        finish(.failure(failure), context)
    }

    // MARK: Limits

    private func awaitMore(_ context: ChannelHandlerContext) {
        // Who is silent for so long is too slow in all.
        guard limits.silence < limits.whole else { return }
        silence?.cancel()
        silence = schedule(limits.silence, .silent(limits.silence), context)
    }

    private func schedule(
        _ time: TimeAmount, _ failure: FetchFailure, _ context: ChannelHandlerContext
    ) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(in: time) { self.finish(.failure(failure), context) }
    }

    private func finish(_ result: Result<FetchAnswer, FetchFailure>, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        silence?.cancel()
        state = .done
        // Only the first is heard.
        promise.completeWith(result.mapError { $0 as any Error })
        context.close(promise: nil)
    }
}
