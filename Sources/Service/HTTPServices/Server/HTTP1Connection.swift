internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import NIOHTTPTypesHTTP1

/// HTTP/1.1 on one connection (RFC 9112). Whole requests go to the task that answers them (`HTTP1Exchange`), one after the
/// other; while one is answered nothing more is read.
///
/// ```text
/// betweenRequests ──head──▶ inBody ──end, or too long──▶ answering ──answer──▶ betweenRequests
///        └───────── no HTTP, or the peer is done ────────▶ over ◀──its last answer──┘
/// ```
final class HTTP1Connection: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPResponsePart

    /// A request, whole unless its body is longer than any may be: then it is what has come of it.
    struct Incoming: Sendable {
        let head: HTTPRequest
        let body: ByteBuffer
    }

    private enum Phase {
        case betweenRequests
        case inBody(HTTPRequest)
        /// - isLast: what comes behind it is read by nobody.
        case answering(isLast: Bool)
        /// What still comes is let go of.
        case over
    }

    private let limits: ServerLimits
    private let missedDeadline: () -> Void
    private var context: ChannelHandlerContext?
    private var phase = Phase.betweenRequests
    private var body = ByteBuffer()
    private var alarm: Scheduled<Void>?
    /// Read, and not yet taken by the task.
    private var ready: Incoming?
    /// The task, where it waits.
    private var waiter: CheckedContinuation<Incoming?, Never>?
    /// What came while a request was answered.
    private var behind: CircularBuffer<HTTPRequestPart> = []
    /// What came behind that is no HTTP.
    private var isBroken = false
    private var isInputClosed = false
    private var isReadHeld = false

    /// - Parameter missedDeadline: told before the connection of a peer ends that sends its body drop by drop.
    init(_ limits: ServerLimits, missedDeadline: @escaping () -> Void) {
        self.limits = limits
        self.missedDeadline = missedDeadline
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        phase = .over
        alarm?.cancel()
        ready = nil
        waiter?.resume(returning: nil)
        waiter = nil
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
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
        guard (event as? ChannelEvent) == .inputClosed else { return context.fireUserInboundEventTriggered(event) }
        isInputClosed = true
        switch phase {
        case .betweenRequests, .inBody, .over: context.close(promise: nil)
        case .answering: break
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

    private func take(_ part: HTTPRequestPart) {
        switch (part, phase) {
        case (.head(let head), .betweenRequests):
            body.clear()
            phase = .inBody(head)
            // Who announces too much is told so before it sends it.
            if let announced = head.headerFields[.contentLength], Int(announced) ?? .max > limits.bodyBytes {
                deliver(head, isWhole: false)
            }
        case (.body(var part), .inBody(let head)):
            body.writeBuffer(&part)
            if body.readableBytes > limits.bodyBytes { deliver(head, isWhole: false) }
        case (.end, .inBody(let head)): deliver(head, isWhole: true)
        default: break
        }
    }

    private func deliver(_ head: HTTPRequest, isWhole: Bool) {
        alarm?.cancel()
        alarm = nil
        phase = .answering(isLast: !isWhole || head.headerFields[.connection] == "close")
        ready = Incoming(head: head, body: body)
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
        guard let context, case .answering(let isLast) = phase else { return }
        write(head, body, context)
        guard !isLast else {
            phase = .over
            // Only our side: what the peer still sends would reset the connection before it has read the answer.
            return closeOutput(context)
        }
        phase = .betweenRequests
        while case .betweenRequests = phase, !behind.isEmpty { take(behind.removeFirst()) }
        while case .inBody = phase, !behind.isEmpty { take(behind.removeFirst()) }
        if case .answering = phase { return }
        if isBroken { return refuse() }
        if isInputClosed { return closeOutput(context) }
        if isReadHeld {
            isReadHeld = false
            context.read()
        }
    }

    private func refuse() {
        guard let context else { return }
        phase = .over
        alarm?.cancel()
        write(
            HTTPResponse(status: .badRequest, headerFields: [.connection: "close", .contentLength: "0"]), ByteBuffer(),
            context)
        closeOutput(context)
    }

    private func write(_ head: HTTPResponse, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if body.readableBytes > 0 { context.write(wrapOutboundOut(.body(body)), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Behind what is written. The peer ends its own side, or is idle for too long.
    private func closeOutput(_ context: ChannelHandlerContext) {
        context.close(mode: isInputClosed ? .all : .output, promise: nil)
    }
}
