internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypesHTTP1

/// HTTP/1.1 on one connection (RFC 9112). Whole requests go to the task that answers them (`HTTP1Exchange`), one after the
/// other; while one is answered nothing more is read.
///
/// ```text
/// betweenRequests ──head──▶ inBody ──end, or too long──▶ answering ──answer──▶ betweenRequests
///        └───────── no HTTP, or the peer is done ────────▶ over ◀──its last answer──┘
/// ```
final class HTTP1Connection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A request, whole unless its body is longer than any may be: then it is what has come of it.
    struct Incoming: Sendable {
        let head: HTTPRequest
        let body: ByteBuffer
    }

    private enum Phase {
        case betweenRequests
        case inBody(HTTPRequestHead)
        /// - isLast: what comes behind it is read by nobody.
        case answering(HTTPMethod, isLast: Bool)
        /// What still comes is let go of.
        case over
    }

    private let limits: ServerLimits
    private let deadline: HeadDeadline
    private let missedDeadline: () -> Void
    private var context: ChannelHandlerContext?
    private var phase = Phase.betweenRequests
    private var body = ByteBuffer()
    private var alarm: Scheduled<Void>?
    private var idleCheck: Scheduled<Void>?
    private var lastActive = NIODeadline.now()
    /// Read, and not yet taken by the task.
    private var ready: Incoming?
    /// The task, where it waits.
    private var waiter: CheckedContinuation<Incoming?, Never>?
    /// What came while a request was answered.
    private var behind: CircularBuffer<HTTPServerRequestPart> = []
    /// What came behind that is no HTTP.
    private var isBroken = false
    private var isInputClosed = false
    /// The port is going away: an answer under way is the last.
    private var isQuiescing = false
    private var isReadHeld = false

    /// - Parameters:
    ///   - deadline: stands before the decoder, and is told what has become of the octets.
    ///   - missedDeadline: told before the connection of a peer ends that sends its body drop by drop.
    init(_ limits: ServerLimits, _ deadline: HeadDeadline, missedDeadline: @escaping () -> Void) {
        self.limits = limits
        self.deadline = deadline
        self.missedDeadline = missedDeadline
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        checkIdle(after: limits.idle, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        phase = .over
        alarm?.cancel()
        idleCheck?.cancel()
        ready = nil
        waiter?.resume(returning: nil)
        waiter = nil
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastActive = .now()
        let part = unwrapInboundIn(data)
        switch part {
        case .head: deadline.headArrived()
        case .end: deadline.requestEnded()
        case .body: break
        }
        if case .answering = phase { return behind.append(part) }
        take(part)
    }

    /// A body that has come whole, as an honest one nearly always does, sets no alarm.
    func channelReadComplete(context: ChannelHandlerContext) {
        if case .inBody = phase, alarm == nil {
            let channel = context.channel
            alarm = context.eventLoop.assumeIsolated().scheduleTask(in: limits.bodyDeadline) { [missedDeadline] in
                missedDeadline()
                channel.close(promise: nil)
            }
        }
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if case .answering = phase {
            isReadHeld = true
        } else {
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        handOver()
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            isInputClosed = true
            if case .answering = phase { return }
            context.close(promise: nil)
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            if case .betweenRequests = phase { context.close(promise: nil) }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else { return context.close(promise: nil) }
        switch phase {
        case .betweenRequests, .inBody: refuse()
        case .answering: isBroken = true
        case .over: break
        }
    }

    private func take(_ part: HTTPServerRequestPart) {
        switch (part, phase) {
        case (.head(let head), .betweenRequests):
            body.clear()
            phase = .inBody(head)
            // Who announces too much is told so before it sends it.
            if let announced = head.headers.first(name: "content-length"), Int(announced) ?? .max > limits.bodyBytes {
                deliver(head, isWhole: false)
            }
        case (.body(var part), .inBody(let head)):
            body.writeBuffer(&part)
            if body.readableBytes > limits.bodyBytes { deliver(head, isWhole: false) }
        case (.end, .inBody(let head)): deliver(head, isWhole: true)
        default: break
        }
    }

    private func deliver(_ head: HTTPRequestHead, isWhole: Bool) {
        alarm?.cancel()
        alarm = nil
        guard let request = HTTPRequest(head) else { return refuse() }
        // RFC 9112 §9.3.
        phase = .answering(head.method, isLast: !isWhole || !head.isKeepAlive)
        ready = Incoming(head: request, body: body)
        handOver()
    }

    // MARK: Answering

    /// The task waits for the next request; `nil` when the connection has ended.
    func await(_ continuation: CheckedContinuation<Incoming?, Never>) {
        guard context != nil else { return continuation.resume(returning: nil) }
        waiter = continuation
        handOver()
    }

    /// A peer that does not take its answers is given no more of them.
    private func handOver() {
        guard let context, context.channel.isWritable, let incoming = ready, let waiter else { return }
        (ready, self.waiter) = (nil, nil)
        waiter.resume(returning: incoming)
    }

    func answer(_ head: HTTPResponse, _ body: ByteBuffer) {
        guard let context, case .answering(let method, let endsBehind) = phase else { return }
        let isLast = endsBehind || isQuiescing || (isInputClosed && behind.isEmpty)
        write(head, body, isHead: method == .HEAD, isLast: isLast, context)
        lastActive = .now()
        phase = isLast ? .over : .betweenRequests
        while !behind.isEmpty {
            if case .answering = phase { return }
            take(behind.removeFirst())
        }
        switch phase {
        case .answering: return
        case .over: break
        case .betweenRequests, .inBody:
            if isBroken { refuse() }
            if isInputClosed { return context.close(promise: nil) }
        }
        if isReadHeld {
            isReadHeld = false
            context.read()
        }
    }

    private func refuse() {
        guard let context else { return }
        phase = .over
        alarm?.cancel()
        write(HTTPResponse(status: .badRequest), ByteBuffer(), isHead: false, isLast: true, context)
    }

    /// A body that is longer is not copied behind its head.
    private static let longestCopied = 16 * 1024

    private func write(
        _ head: HTTPResponse, _ body: ByteBuffer, isHead: Bool, isLast: Bool, _ context: ChannelHandlerContext
    ) {
        let length = isHead ? 0 : body.readableBytes
        var buffer = context.channel.allocator.buffer(capacity: 768 + (length <= Self.longestCopied ? length : 0))
        buffer.writeStatus(head.status.code, head.status.reasonPhrase)
        for field in head.headerFields where field.name != .contentLength {
            buffer.writeField(field.name.rawName, field.value)
        }
        // RFC 9110 §8.6: what can have no body names no length; the answer to HEAD names that of the answer to GET.
        let isBodiless = head.status == .noContent || head.status == .notModified
        if !isBodiless {
            let announced = isHead ? head.headerFields[.contentLength] : nil
            buffer.writeField("content-length", announced ?? String(body.readableBytes))
        }
        if isLast { buffer.writeField("connection", "close") }
        buffer.writeStaticString("\r\n")
        let written = isLast ? closing(context) : nil
        guard length > Self.longestCopied, !isBodiless else {
            if length > 0, !isBodiless { buffer.writeImmutableBuffer(body) }
            return context.writeAndFlush(wrapOutboundOut(buffer), promise: written)
        }
        context.write(wrapOutboundOut(buffer), promise: nil)
        context.writeAndFlush(wrapOutboundOut(body), promise: written)
    }

    // MARK: Ending

    /// When what is written has gone, only our side ends: what the peer still sends would else reset the connection before
    /// it has read the answer. It ends its own side, or is idle for too long.
    private func closing(_ context: ChannelHandlerContext) -> EventLoopPromise<Void> {
        let (channel, mode) = (context.channel, isInputClosed || isQuiescing ? CloseMode.all : .output)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.whenComplete { _ in channel.close(mode: mode, promise: nil) }
        return written
    }

    /// One timer for the connection, however many requests come over it. Who waits for an answer is not idle.
    private func checkIdle(after time: TimeAmount, _ context: ChannelHandlerContext) {
        idleCheck = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in
            guard let context = self.context else { return }
            let left = lastActive + limits.idle - .now()
            if case .answering = phase { return checkIdle(after: limits.idle, context) }
            guard left > .zero else { return context.close(promise: nil) }
            checkIdle(after: left, context)
        }
    }
}

extension HTTPRequest {
    /// Nil for a method that is none.
    fileprivate init?(_ head: HTTPRequestHead) {
        guard head.uri.utf8.first == UInt8(ascii: "/"), let method = try? Method(head.method) else {
            // RFC 9112 §3.2.2: the absolute form, which hardly anybody sends, is taken apart elsewhere.
            guard let request = try? HTTPRequest(head, secure: true, splitCookie: false) else { return nil }
            self = request
            return
        }
        self.init(
            method: method, scheme: "https", authority: head.headers.first(name: "host"), path: head.uri,
            headerFields: HTTPFields(head.headers, splitCookie: false))
    }
}
