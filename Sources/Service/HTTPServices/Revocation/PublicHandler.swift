internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import SymbolonProxy

/// One connection of the public port: HTTP/1.1 requests in, answers out, one after the other.
///
/// What is known is answered on the event loop; only what must be asked of the store leaves it. NIO's own handler before this one
/// lets the next request wait until the last is answered.
final class PublicHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: PublicParts
    private let key: PeerKey
    private var deadline: HeadDeadline?
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    private var alarm: Scheduled<Void>?
    /// The rest of its request is not read any more.
    private var isOver = false

    init(_ server: PublicParts, peer key: PeerKey) {
        self.server = server
        self.key = key
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = try? context.pipeline.syncOperations.handler(type: HeadDeadline.self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            deadline?.headArrived()
            self.head = head
            body.clear()
        case .body(var part):
            guard !isOver, let head else { return }
            guard body.readableBytes + part.readableBytes <= server.limits.publicBodyBytes else {
                isOver = true
                return answer(PublicResponse(status: .payloadTooLarge), to: head, context, closing: true)
            }
            body.writeBuffer(&part)
        case .end:
            deadline?.requestEnded()
            alarm?.cancel()
            alarm = nil
            guard !isOver, let head = self.head.take() else { return }
            serve(head, context)
        }
    }

    /// A body that has not come with its head is waited for, for a while.
    func channelReadComplete(context: ChannelHandlerContext) {
        if head != nil, alarm == nil, !isOver {
            let channel = context.channel
            alarm = context.eventLoop.assumeIsolated().scheduleTask(in: server.limits.bodyDeadline) {
                channel.close(promise: nil)
            }
        }
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func handlerRemoved(context: ChannelHandlerContext) { alarm?.cancel() }

    // MARK: Answering

    private func serve(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let (server, key) = (server, key)
        switch server.ledger.begin(key) {
        case .admitted: break
        case .tooOften(let seconds):
            let headers: HTTPHeaders = ["retry-after": "\(seconds)", "cache-control": "no-store"]
            return answer(PublicResponse(status: .tooManyRequests, headers: headers), to: head, context)
        case .tooManyAtOnce:
            let headers: HTTPHeaders = ["retry-after": "1", "cache-control": "no-store"]
            return answer(PublicResponse(status: .serviceUnavailable, headers: headers), to: head, context)
        }
        switch server.answer(PublicRequest(head, body: body)) {
        case .now(let response):
            server.ledger.end(key)
            answer(response, to: head, context)
        case .later(let find):
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            let eventLoop = context.eventLoop
            Task {
                let response = await find()
                server.ledger.end(key)
                eventLoop.execute {
                    let (handler, context) = bound.value
                    guard context.channel.isActive else { return }
                    handler.answer(response, to: head, context)
                }
            }
        }
    }

    private func answer(
        _ response: PublicResponse, to head: HTTPRequestHead, _ context: ChannelHandlerContext, closing: Bool = false
    ) {
        var headers = response.headers
        // RFC 9110 §8.6: a 304 would have to name the length of what is not sent.
        if response.status != .notModified {
            headers.add(name: "content-length", value: String(response.body.readableBytes))
        }
        headers.add(name: "date", value: server.date.text)
        let isClosing = closing || !head.isKeepAlive || head.version != .http1_1
        if isClosing { headers.add(name: "connection", value: "close") }
        context.write(
            wrapOutboundOut(
                .head(HTTPResponseHead(version: .http1_1, status: response.status, headers: headers))), promise: nil)
        if head.method != .HEAD, response.body.readableBytes > 0 {
            context.write(wrapOutboundOut(.body(.byteBuffer(response.body))), promise: nil)
        }
        guard isClosing else { return context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil) }
        let channel = context.channel
        // What the peer still sends of a request that is not read would reset the connection before it has read the answer.
        let mode = closing ? CloseMode.output : .all
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.whenComplete { _ in channel.close(mode: mode, promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }
}

/// What all connections of the public port share.
final class PublicParts: Sendable {
    let ledger: PeerLedger
    let limits: ServerLimits
    let date: DateField
    private let routes: [any PublicRoute]

    init(_ routes: [any PublicRoute], limits: ServerLimits, clock: @escaping @Sendable () -> Date) {
        self.routes = routes
        self.limits = limits
        ledger = PeerLedger(limits)
        date = DateField(clock)
    }

    func answer(_ request: PublicRequest) -> PublicAnswer {
        for route in routes {
            if let answer = route.answer(request) { return answer }
        }
        return .now(.notFound)
    }
}
