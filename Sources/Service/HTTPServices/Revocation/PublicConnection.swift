internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// One connection of the public port: HTTP/1.1 requests in, answers out, one after the other.
///
/// What is known is answered on the event loop, in one write; only what must be asked of the store leaves it, and the requests
/// behind that one wait. Nothing is scheduled for a connection: `PublicLoop` looks twice a second at which of them are over time.
final class PublicConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

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

    init(_ parts: PublicParts, on loop: PublicLoop, peer key: PeerKey) {
        self.parts = parts
        self.loop = loop
        self.key = key
        due = .now() + parts.limits.idle
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        loop.remove(self)
        parts.ledger.disconnect(key)
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
        let written = write(PublicResponse(status: .badRequest), isHead: false, isLast: true, context)
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
                return answer(PublicResponse(status: .payloadTooLarge), to: head, context, isReadWhole: false)
            }
            body.writeBuffer(&part)
        case (.end, .inBody(let head)): serve(head, context)
        case (.body, _), (.end, _): break
        }
    }

    // MARK: Answering

    private func serve(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        switch parts.ledger.begin(key) {
        case .admitted: break
        case .tooOften(let seconds):
            let headers: HTTPHeaders = ["retry-after": "\(seconds)", "cache-control": "no-store"]
            return answer(PublicResponse(status: .tooManyRequests, headers: headers), to: head, context)
        case .tooManyAtOnce:
            let headers: HTTPHeaders = ["retry-after": "1", "cache-control": "no-store"]
            return answer(PublicResponse(status: .serviceUnavailable, headers: headers), to: head, context)
        }
        switch parts.answer(PublicRequest(head, body: body)) {
        case .now(let response):
            parts.ledger.end(key)
            answer(response, to: head, context)
        case .later(let find):
            phase = .asking
            let (ledger, key, eventLoop) = (parts.ledger, key, context.eventLoop)
            let bound = NIOLoopBound(self, eventLoop: eventLoop)
            Task {
                let response = await find()
                ledger.end(key)
                eventLoop.execute { bound.value.found(response, for: head) }
            }
        }
    }

    private func found(_ response: PublicResponse, for head: HTTPRequestHead) {
        guard let context else { return }
        answer(response, to: head, context)
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
        _ response: PublicResponse, to head: HTTPRequestHead, _ context: ChannelHandlerContext, isReadWhole: Bool = true
    ) {
        let isLast =
            !isReadWhole || isInputClosed || loop.isEnding || !head.isKeepAlive || head.version != .http1_1
        phase = isLast ? .over : .betweenRequests
        due = .now() + parts.limits.idle
        unsent = 0
        let written = write(response, isHead: head.method == .HEAD, isLast: isLast, context)
        guard isLast else { return }
        let channel = context.channel
        written.whenComplete { _ in channel.close(mode: isReadWhole ? .all : .output, promise: nil) }
    }

    /// A body that is longer is not copied behind its head.
    private static let longestCopied = 16 * 1024

    @discardableResult
    private func write(
        _ response: PublicResponse, isHead: Bool, isLast: Bool, _ context: ChannelHandlerContext
    ) -> EventLoopFuture<Void> {
        let length = response.body.readableBytes
        let isCopied = !isHead && length <= Self.longestCopied
        var buffer = context.channel.allocator.buffer(capacity: 512 + (isCopied ? length : 0))
        buffer.writeStatus(Int(response.status.code), response.status.reasonPhrase)
        for (name, value) in response.headers { buffer.writeField(name, value) }
        // RFC 9110 §8.6: a 304 would have to name the length of what is not sent.
        if response.status != .notModified { buffer.writeField("content-length", String(length)) }
        buffer.writeField("date", parts.date.text)
        if isLast { buffer.writeField("connection", "close") }
        buffer.writeStaticString("\r\n")
        if isCopied { buffer.writeImmutableBuffer(response.body) }
        let written = context.eventLoop.makePromise(of: Void.self)
        if isHead || isCopied {
            context.writeAndFlush(wrapOutboundOut(buffer), promise: written)
        } else {
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
        guard let context, case .betweenRequests = phase else { return }
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
