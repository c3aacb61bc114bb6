internal import NIOCore
internal import NIOHTTP1
internal import SymbolonVerification

/// One connection to the backend, or one HTTP/2 stream there: the last handler of its channel. It carries one request at a time.
final class BackendLink: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private(set) var context: ChannelHandlerContext?
    private var exchange: Exchange?
    private var isReadHeld = false
    private var isReused = false
    private var failure: (any Error)?
    private(set) var idleSince = NIODeadline.now()
    /// It can carry no other request.
    private(set) var isOver = false
    /// A stream ends with its request.
    let isStream: Bool
    /// What the backend has proved; nil: it was asked for no proof.
    let peer: VerifiedPeer?

    init(isStream: Bool, proved peer: VerifiedPeer? = nil) {
        self.isStream = isStream
        self.peer = peer
    }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func take(_ exchange: Exchange) { self.exchange = exchange }

    /// Its request is answered, and it waits for the next.
    func rest() {
        exchange = nil
        isReused = true
        idleSince = .now()
        resumeReading()
    }

    func write(_ part: HTTPClientRequestPart) { context?.write(wrapOutboundOut(part), promise: nil) }
    func flush() { context?.flush() }

    func close() {
        exchange = nil
        isOver = true
        context?.close(promise: nil)
    }

    func resumeReading() {
        guard isReadHeld, exchange?.takesAnswer ?? true else { return }
        isReadHeld = false
        context?.read()
    }

    // MARK: ChannelHandler

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        exchange = nil
    }

    func read(context: ChannelHandlerContext) {
        if exchange?.takesAnswer ?? true { context.read() } else { isReadHeld = true }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What nobody has asked for is nobody's answer.
        guard let exchange else { return close() }
        switch unwrapInboundIn(data) {
        case .head(let head): exchange.answerBegan(head)
        case .body(let content): exchange.answered(content)
        case .end(let trailers): exchange.answerEnded(trailers)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        exchange?.flushAnswer()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { exchange?.backendTakesMore() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event, !isStream { gone() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure = failure ?? error
        gone()
    }

    func channelInactive(context: ChannelHandlerContext) {
        gone()
        context.fireChannelInactive()
    }

    private func gone() {
        let exchange = exchange
        close()
        exchange?.linkGone(failure.map { text(of: $0) }, wasReused: isReused)
    }
}
