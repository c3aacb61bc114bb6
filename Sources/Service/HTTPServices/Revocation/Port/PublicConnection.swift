internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// One connection of the public port: HTTP/1.1 requests in, answers out, one after the other.
///
/// `PublicAcceptor` begins it, for who is not answered at once. What is known is answered on the event loop, in one write; only
/// what must be asked of the store leaves it, and the requests behind that one wait. Nothing is scheduled for a connection:
/// `PublicLoop` looks twice a second at which of them are over time.
final class PublicConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What was done of it before.
    enum Beginning: Sendable {
        /// These octets have come.
        case unread(ByteBuffer)
        /// The store is to be asked.
        case asking(AskedOnce, @Sendable () async -> PublicResponse)
        /// The rest of its last answer.
        case sending(ByteBuffer)
    }

    private enum Phase {
        case betweenRequests
        /// Octets have come that are no whole head yet.
        case inHead
        case inBody(HTTPRequestHead)
        /// The store is asked.
        case asking
        /// What still comes is not read.
        case over
    }

    private let parts: PublicParts
    private let loop: PublicLoop
    private let key: PeerKey
    private var seat: PublicParts.Seat?
    private var beginning: Beginning?
    private var context: ChannelHandlerContext?
    private var phase = Phase.betweenRequests
    private var body = ByteBuffer()
    /// What came while the store was asked.
    private var waiting: CircularBuffer<HTTPServerRequestPart> = []
    /// What came behind that is no HTTP.
    private var waitingFailure: HTTPParserError?
    private var isReadHeld = false
    /// Something of what was read last was part of a request that is now known.
    private var hasDecoded = false
    private var isInputClosed = false
    /// When it ends, if nothing has come of what it is waiting for.
    private var due: NIODeadline
    /// What the peer had not taken when that was looked at last.
    private var unsent = 0

    private init(_ parts: PublicParts, on loop: PublicLoop, _ seat: PublicParts.Seat, _ beginning: Beginning) {
        self.parts = parts
        self.loop = loop
        (self.seat, key) = (seat, seat.key)
        self.beginning = beginning
        due = .now() + parts.limits.idle
    }

    /// HTTP/1.1 without TLS, within the bounds of the authority's own port.
    static func add(
        to channel: any Channel, _ parts: PublicParts, on loop: PublicLoop, _ seat: PublicParts.Seat,
        _ beginning: Beginning
    ) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = parts.limits.headerBytes
        limits.maxHeaderListSize = parts.limits.headerBytes
        limits.maxHeaderFieldCount = parts.limits.headerFields
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: limits)))
        try pipeline.addHandler(PublicConnection(parts, on: loop, seat, beginning))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        seat = nil
        loop.remove(self)
    }

    func channelActive(context: ChannelHandlerContext) {
        switch beginning {
        case .unread(let octets) where octets.readableBytes > 0:
            beginning = nil
            let pipeline = context.pipeline.syncOperations
            pipeline.fireChannelRead(NIOAny(octets))
            pipeline.fireChannelReadComplete()
        case .asking(let asked, let find): ask(find, asked, context)
        case .sending(let rest):
            phase = .over
            let channel = context.channel
            let sent = context.eventLoop.makePromise(of: Void.self)
            sent.futureResult.whenComplete { _ in channel.close(promise: nil) }
            context.writeAndFlush(wrapOutboundOut(rest), promise: sent)
        case .unread, nil: break
        }
        beginning = nil
        if loop.isEnding { end() }
        context.fireChannelActive()
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasDecoded = true
        let part = unwrapInboundIn(data)
        if case .asking = phase { return waiting.append(part) }
        take(part, context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !hasDecoded, case .betweenRequests = phase {
            phase = .inHead
            due = .now() + parts.limits.headDeadline
        }
        hasDecoded = false
    }

    /// While the store is asked nothing more is read.
    func read(context: ChannelHandlerContext) {
        if case .asking = phase {
            isReadHeld = true
        } else {
            context.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard (event as? ChannelEvent) == .inputClosed else { return context.fireUserInboundEventTriggered(event) }
        isInputClosed = true
        if case .asking = phase { return }
        phase = .over
        closeWhenSent(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let failure = error as? HTTPParserError else { return context.close(promise: nil) }
        switch phase {
        case .asking: waitingFailure = failure
        case .betweenRequests, .inHead, .inBody: refuse(context)
        case .over: break
        }
    }

    private func refuse(_ context: ChannelHandlerContext) {
        phase = .over
        due = .now() + parts.limits.idle
        let written = write(
            PublicResponse(status: .badRequest), to: AskedOnce(isHead: false, isLast: true), context)
        let channel = context.channel
        written.whenComplete { _ in channel.close(mode: .output, promise: nil) }
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch (part, phase) {
        case (_, .over): break
        case (.head(let head), _):
            body.clear()
            phase = .inBody(head)
            due = .now() + parts.limits.bodyDeadline
        case (.body(var part), .inBody(let head)):
            guard body.readableBytes + part.readableBytes <= parts.limits.publicBodyBytes else {
                return answer(
                    PublicResponse(status: .payloadTooLarge), to: asked(by: head), context, isReadWhole: false)
            }
            body.writeBuffer(&part)
        case (.end, .inBody(let head)): serve(head, context)
        case (.body, _), (.end, _): break
        }
    }

    // MARK: Answering

    private func serve(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let asked = asked(by: head)
        switch parts.serve(PublicRequest(head, body: body), from: key) {
        case .now(let response): answer(response, to: asked, context)
        case .later(let find): ask(find, asked, context)
        }
    }

    private func asked(by head: HTTPRequestHead) -> AskedOnce {
        AskedOnce(isHead: head.method == .HEAD, isLast: !head.isKeepAlive || head.version != .http1_1)
    }

    private func ask(
        _ find: @escaping @Sendable () async -> PublicResponse, _ asked: AskedOnce, _ context: ChannelHandlerContext
    ) {
        phase = .asking
        let eventLoop = context.eventLoop
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        Task {
            let response = await find()
            eventLoop.execute { bound.value.found(response, for: asked) }
        }
    }

    private func found(_ response: PublicResponse, for asked: AskedOnce) {
        guard let context else { return }
        answer(response, to: asked, context)
        while !waiting.isEmpty {
            if case .asking = phase { return }
            take(waiting.removeFirst(), context)
        }
        switch phase {
        case .asking, .over: return
        case .betweenRequests, .inHead, .inBody: break
        }
        if waitingFailure != nil { return refuse(context) }
        if isReadHeld {
            isReadHeld = false
            context.read()
        }
    }

    /// - Parameter isReadWhole: false: what the peer still sends of its request would reset the connection before it has read
    ///   the answer, so that only our side of it is closed.
    private func answer(
        _ response: PublicResponse, to asked: AskedOnce, _ context: ChannelHandlerContext, isReadWhole: Bool = true
    ) {
        let isLast = !isReadWhole || isInputClosed || loop.isEnding || asked.isLast
        phase = isLast ? .over : .betweenRequests
        due = .now() + parts.limits.idle
        unsent = 0
        let written = write(response, to: AskedOnce(isHead: asked.isHead, isLast: isLast), context)
        guard isLast else { return }
        let channel = context.channel
        written.whenComplete { _ in channel.close(mode: isReadWhole ? .all : .output, promise: nil) }
    }

    /// A body that is longer is not copied behind its head.
    private static let longestCopied = 16 * 1024

    private func write(
        _ response: PublicResponse, to asked: AskedOnce, _ context: ChannelHandlerContext
    ) -> EventLoopFuture<Void> {
        var buffer = ByteBuffer()
        let written = context.eventLoop.makePromise(of: Void.self)
        if asked.isHead || response.body.readableBytes <= Self.longestCopied {
            buffer.writeAnswer(response, to: asked, date: parts.date.text)
            context.writeAndFlush(wrapOutboundOut(buffer), promise: written)
        } else {
            buffer.writeHead(of: response, isLast: asked.isLast, date: parts.date.text)
            context.write(wrapOutboundOut(buffer), promise: nil)
            context.writeAndFlush(wrapOutboundOut(response.body), promise: written)
        }
        return written.futureResult
    }

    // MARK: Ending

    /// Called twice a second. A peer that is still taking what was sent to it is given time.
    func endIfOver(at now: NIODeadline) {
        guard let context, due <= now else { return }
        if case .asking = phase { return }
        let left = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        guard left > 0, unsent == 0 || left < unsent else { return context.close(promise: nil) }
        unsent = left
        due = now + parts.limits.idle
    }

    /// The port is going away: an answer under way is its last.
    func end() {
        guard beginning == nil, let context, case .betweenRequests = phase else { return }
        phase = .over
        closeWhenSent(context)
    }

    private func closeWhenSent(_ context: ChannelHandlerContext) {
        let channel = context.channel
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: sent)
    }
}
