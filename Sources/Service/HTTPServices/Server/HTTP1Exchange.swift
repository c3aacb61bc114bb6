internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// The task's side of an HTTP/1.1 connection: takes one request after the other, has it answered, and gives the answer back.
///
/// It runs on the connection's event loop, so that nothing is handed over between threads.
struct HTTP1Exchange: Sendable {
    private let channel: any Channel
    private let connection: NIOLoopBound<HTTP1Connection>

    /// Puts HTTP/1.1 into the pipeline. Called on the event loop.
    /// - Parameter missed: told which deadline a peer has missed, before its connection ends.
    init(on channel: any Channel, _ limits: ServerLimits, missed: @escaping (String) -> Void) throws {
        var heads = NIOHTTPDecoderLimitConfiguration()
        heads.maxHeaderFieldSize = limits.headerBytes
        heads.maxHeaderListSize = limits.headerBytes
        heads.maxHeaderFieldCount = limits.headerFields
        let deadline = HeadDeadline(limits.headDeadline) { missed("headDeadline") }
        let connection = HTTP1Connection(limits, deadline) { missed("bodyDeadline") }
        try channel.pipeline.syncOperations.addHandlers([
            deadline, ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: heads)), connection,
        ])
        self.channel = channel
        self.connection = NIOLoopBound(connection, eventLoop: channel.eventLoop)
    }

    /// Returns when the connection has ended.
    func run(_ responder: RouterResponder<AuthorityRequestContext>, _ date: DateField, logger: Logger) async {
        await withTaskCancellationHandler {
            await answerAll(responder, date, logger)
        } onCancel: {
            channel.close(mode: .input, promise: nil)
        }
    }

    private func answerAll(
        _ responder: RouterResponder<AuthorityRequestContext>, _ date: DateField, _ logger: Logger
    ) async {
        while let incoming = await next() {
            var context = AuthorityRequestContext(
                source: ApplicationRequestContextSource(channel: channel, logger: logger))
            context.arrivedBody = incoming.body
            let request = Request(head: incoming.head, body: RequestBody(buffer: incoming.body))
            var response: Response
            do {
                response = try await responder.respond(to: request, context: context)
            } catch {
                response = Response(status: .internalServerError)
            }
            response.headers[.date] = date.text
            let body = Collected()
            do {
                try await response.body.write(body)
            } catch {
                return channel.close(promise: nil)
            }
            answer(response, body.buffer)
        }
    }

    private func next() async -> HTTP1Connection.Incoming? {
        await withCheckedContinuation { continuation in
            onLoop { $0.await(continuation) }
        }
    }

    private func answer(_ response: Response, _ body: ByteBuffer) {
        let head = response.head
        onLoop { $0.answer(head, body) }
    }

    private func onLoop(_ work: @escaping @Sendable (HTTP1Connection) -> Void) {
        let connection = connection
        if channel.eventLoop.inEventLoop {
            work(connection.value)
        } else {
            channel.eventLoop.execute { work(connection.value) }
        }
    }
}

/// An answer's body as one piece. Every route has it in memory anyway.
private final class Collected: ResponseBodyWriter {
    var buffer = ByteBuffer()

    func write(_ part: ByteBuffer) async throws {
        if buffer.readableBytes == 0 {
            buffer = part
        } else {
            buffer.writeImmutableBuffer(part)
        }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
