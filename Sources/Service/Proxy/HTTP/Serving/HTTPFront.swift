internal import NIOCore
internal import NIOHTTP1

/// Takes requests from a peer, one after the other: of an HTTP/1.1 connection (RFC 9112), or the one of an HTTP/2 stream.
///
/// While a request is answered nothing more of the connection is read, and while the backend does not take its content nothing
/// more of that.
final class HTTPFront: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Where an HTTP/1.1 connection is between two requests.
    private enum Pause {
        case none
        case idle(since: NIODeadline)
        /// Something of a head has come.
        case inHead(since: NIODeadline)
        /// Our side is ended; what the peer still sends would else reset it before it has read the answer.
        case ended(since: NIODeadline)
    }

    private let connection: HTTPConnection
    let isStream: Bool
    private(set) var context: ChannelHandlerContext?
    private var exchange: Exchange?
    private var isRequestEnded = true
    private var pause = Pause.idle(since: .now())
    /// How much had come of the connection when its pause began.
    private var bytesBefore: UInt64 = 0
    /// What came while a request was answered.
    private var behind: CircularBuffer<HTTPServerRequestPart> = []
    /// What came behind that is no HTTP.
    private var brokenBehind: RequestFault?
    /// The exchange is, and the request has not ended.
    private var isAnswered = false
    /// Of a stream, when its answer has left.
    private var answerWritten: EventLoopFuture<Void>?
    private var isReadHeld = false
    private var hasReadPart = false
    private(set) var isInputEnded = false

    init(_ connection: HTTPConnection, isStream: Bool) {
        self.connection = connection
        self.isStream = isStream
    }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    // MARK: What the exchange asks

    func write(_ part: HTTPServerResponsePart) {
        guard let context else { return }
        guard isStream, case .end = part else { return context.write(wrapOutboundOut(part), promise: nil) }
        let written = context.eventLoop.makePromise(of: Void.self)
        context.write(wrapOutboundOut(part), promise: written)
        answerWritten = written.futureResult
    }

    func flush() { context?.flush() }

    /// The backend takes content again.
    func resumeReading() {
        guard isReadHeld, let context, canRead else { return }
        isReadHeld = false
        context.read()
    }

    /// The answer is written.
    /// - Parameter isLast: no request may follow on this connection.
    func answered(isLast: Bool) {
        guard let context else { return }
        exchange = nil
        isAnswered = false
        context.flush()
        if isStream {
            return declineRest()
        }
        guard !isLast, isRequestEnded, !isInputEnded else { return endOutput() }
        pause = .idle(since: .now())
        bytesBefore = connection.bytesUp
        while exchange == nil || !isRequestEnded, let part = behind.popFirst() { take(part) }
        guard exchange == nil else { return }
        if let fault = brokenBehind { return answer(fault) }
        if connection.isDraining { return endOutput() }
        resumeReading()
    }

    /// Of a stream: what still comes of the request is not wanted. A reset would overtake the answer, so it waits for that.
    private func declineRest() {
        answerWritten?.assumeIsolated().whenSuccess { [self] in
            guard !isRequestEnded else { return }
            context?.triggerUserOutboundEvent(HTTP2RequestCodec.DeclineRest(), promise: nil)
        }
    }

    /// The answer is written, and the end of the request, which has no content, is yet to come.
    func waitForEnd() { isAnswered = true }

    /// The connection, or the stream, is cut.
    func cut() {
        exchange = nil
        guard let context else { return }
        if isStream { context.close(promise: nil) } else { context.reset() }
    }

    /// No request follows.
    func drain() { if exchange == nil, !isStream { endOutput() } }

    func lookAtDeadline(_ now: NIODeadline) {
        let limits = connection.service.limits
        switch pause {
        case .none: break
        case .idle(let since) where now - since > limits.idleTimeout: endOutput()
        case .inHead(let since) where now - since > limits.headTimeout: answer(.requestTimeout)
        // 5 s: as TLS waits for a peer that closes.
        case .ended(let since) where now - since > .seconds(5): context?.close(promise: nil)
        case .idle, .inHead, .ended: break
        }
    }

    private func endOutput() {
        if case .ended = pause { return }
        pause = .ended(since: .now())
        behind = []
        guard let context else { return }
        if isInputEnded { return context.close(promise: nil) }
        context.close(mode: .output, promise: nil)
        if isReadHeld { context.read() }
    }

    // MARK: From the peer

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        exchange = nil
        behind = []
    }

    private var canRead: Bool {
        guard let exchange else { return true }
        return !isRequestEnded && exchange.takesContent
    }

    func read(context: ChannelHandlerContext) {
        if canRead { context.read() } else { isReadHeld = true }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasReadPart = true
        if case .ended = pause { return }
        let part = unwrapInboundIn(data)
        if exchange != nil, isRequestEnded { behind.append(part) } else { take(part) }
    }

    private func take(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            pause = .none
            isRequestEnded = false
            let exchange = Exchange(head, self, connection)
            self.exchange = exchange
            exchange.start()
        case .body(let content):
            exchange?.content(content)
        case .end(let trailers):
            isRequestEnded = true
            if isAnswered { answered(isLast: false) } else { exchange?.requestEnded(trailers) }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // A handshake's end is a read, too, and brings nothing.
        if case .idle = pause, !hasReadPart, connection.bytesUp > bytesBefore { pause = .inHead(since: .now()) }
        hasReadPart = false
        exchange?.flushContent()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { exchange?.frontTakesMore() }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event, !isStream {
            isInputEnded = true
            if exchange == nil {
                context.close(promise: nil)
            } else if !isRequestEnded {
                exchange?.frontGone()
                context.close(promise: nil)
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let fault = RequestFault(error) else {
            exchange?.frontGone()
            return context.close(promise: nil)
        }
        guard let exchange else { return answer(fault) }
        if isRequestEnded { brokenBehind = fault } else { exchange.fail(fault) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        exchange?.frontGone()
        exchange = nil
        context.fireChannelInactive()
    }

    /// A request that none was made of.
    private func answer(_ fault: RequestFault) {
        if case .ended = pause { return }
        pause = .none
        let exchange = Exchange(nil, self, connection)
        self.exchange = exchange
        exchange.fail(fault)
    }
}

extension RequestFault {
    /// What the decoders say of what they cannot take; nil: the transport failed.
    init?(_ error: any Error) {
        switch error {
        case let fault as RequestFault: self = fault
        case HTTPParserError.headerOverflow: self = .headersTooLarge
        case HTTPParserError.invalidVersion: self = .version
        case is HTTPParserError: self = .malformed("it is not HTTP as RFC 9112 has it")
        default: return nil
        }
    }
}
