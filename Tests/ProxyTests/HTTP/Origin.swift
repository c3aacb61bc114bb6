import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import SymbolonTransport

@testable import SymbolonProxy

/// A request as an HTTP backend got it.
struct Got: Sendable, Equatable {
    var method: String
    var target: String
    var fields: [String]
    var content = ""
    var trailers: [String] = []
    /// Which connection it came on.
    var connection: Int

    func values(_ name: String) -> [String] {
        fields.filter { $0.lowercased().hasPrefix("\(name.lowercased()): ") }.map {
            String($0.dropFirst(name.count + 2))
        }
    }
}

/// An HTTP backend in this process, which speaks HTTP/1.1, or behind TLS what is agreed: it notes what it gets, and answers by
/// the path.
final class Origin: Sendable {
    let got = Board<[Got]>([])
    let connections = Board(0)
    /// How many certificates each connection's client has shown; none where it showed nothing.
    let shown = Board<[Int]>([])
    let port: Int
    private let listener: any Channel

    init(behindTLS tls: TLSContext? = nil) async throws {
        let (got, connections, shown) = (got, connections, shown)
        listener = try await ServerBootstrap(group: loops)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let number = connections.update { $0 += 1 }
                    guard let tls else { return try Self.speakHTTP1(channel, got, number) }
                    let handler = TLSHandler(context: tls, serverName: nil) { peer in .accepted(peer.chain.count) }
                    let agreed = Agreed { channel, facts in
                        shown.update { $0.append(facts.verified as? Int ?? 0) }
                        guard facts.alpn == "h2" else { return try Self.speakHTTP1(channel, got, number) }
                        _ = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
                            mode: .server, connectionConfiguration: .init(), streamConfiguration: .init()
                        ) { stream in
                            stream.eventLoop.makeCompletedFuture {
                                try stream.pipeline.syncOperations.addHandlers([
                                    HTTP2FramePayloadToHTTP1ServerCodec(), Answering(got, number),
                                ])
                            }
                        }
                    }
                    try channel.pipeline.syncOperations.addHandlers([handler, agreed])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
    }

    private static func speakHTTP1(_ channel: any Channel, _ got: Board<[Got]>, _ number: Int) throws {
        try channel.pipeline.syncOperations.addHandlers([
            HTTPResponseEncoder(),
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)),
            Answering(got, number),
        ])
    }

    var endpoint: Endpoint { .host("127.0.0.1", port: port) }
    func got(_ count: Int) async -> [Got] { await got.wait { $0.count >= count } }
    func stop() async throws { try await listener.close() }
}

/// Stands behind TLS until it is known what is spoken.
private final class Agreed: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let speak: @Sendable (any Channel, SessionFacts) throws -> Void
    init(_ speak: @escaping @Sendable (any Channel, SessionFacts) throws -> Void) { self.speak = speak }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let completed = event as? TLSHandshakeCompleted else { return }
        do {
            try speak(context.channel, completed.facts)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

private final class Answering: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let got: Board<[Got]>
    private let connection: Int
    private var current: Got?

    init(_ got: Board<[Got]>, _ connection: Int) {
        self.got = got
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            current = Got(
                method: head.method.rawValue, target: head.uri, fields: head.headers.map { "\($0.name): \($0.value)" },
                connection: connection)
            if head.headers.first(name: "expect") == "100-continue" {
                write(.head(.init(version: .http1_1, status: .continue)), context)
            }
            if head.uri == "/early" { answer(.init(statusCode: 409), "no need", [:], context) }
        case .body(let content): current?.content += String(buffer: content)
        case .end(let trailers):
            guard var got = current else { return }
            current = nil
            got.trailers = (trailers ?? [:]).map { "\($0.name): \($0.value)" }
            self.got.update { [got] in $0.append(got) }
            ended(got, context)
        }
    }

    private func ended(_ got: Got, _ context: ChannelHandlerContext) {
        switch got.target {
        case _ where got.target.hasSuffix("/silent"), "/early": break
        case "/reset": context.close(promise: nil)
        case "/closes":
            answer(.ok, "bye", ["connection": "close"], context)
            context.close(promise: nil)
        case "/hints":
            write(
                .head(
                    .init(
                        version: .http1_1, status: .custom(code: 103, reasonPhrase: "Early Hints"),
                        headers: ["link": "</a>"])), context)
            answer(.ok, "hinted", [:], context)
        case "/trailers":
            write(.head(.init(version: .http1_1, status: .ok, headers: ["trailer": "grpc-status"])), context)
            write(.body(.byteBuffer(ByteBuffer(string: "content"))), context)
            write(.end(["grpc-status": "0"]), context)
        case "/socket", "/lying":
            var fields: HTTPHeaders = ["upgrade": "websocket", "connection": "upgrade"]
            if let key = got.values("sec-websocket-key").first {
                let accept = WebSocketKey(got.target == "/socket" ? key : "another").accept
                fields.add(name: "sec-websocket-accept", value: accept)
            }
            write(.head(.init(version: .http1_1, status: .switchingProtocols, headers: fields)), context)
            let pipeline = context.pipeline.syncOperations
            do {
                try pipeline.addHandler(Echo())
                pipeline.removeHandler(try pipeline.handler(type: HTTPResponseEncoder.self), promise: nil)
                pipeline.removeHandler(self, promise: nil)
                pipeline.removeHandler(
                    try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self), promise: nil)
            } catch { context.close(promise: nil) }
        case "/big": answer(.ok, String(repeating: "0123456789abcdef", count: 1 << 16), [:], context)
        default:
            let who = got.values("client-cert").first ?? "nobody"
            answer(
                .ok, "\(got.method) \(got.target) \(who) \(got.content)",
                ["x-backend": "origin", "alt-svc": "h3=\":1\""], context)
        }
    }

    private func answer(
        _ status: HTTPResponseStatus, _ text: String, _ fields: HTTPHeaders, _ context: ChannelHandlerContext
    ) {
        var fields = fields
        fields.add(name: "content-length", value: String(text.utf8.count))
        write(.head(.init(version: .http1_1, status: status, headers: fields)), context)
        if current?.method != "HEAD" { write(.body(.byteBuffer(ByteBuffer(string: text))), context) }
        write(.end(nil), context)
    }

    private func write(_ part: HTTPServerResponsePart, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(part), promise: nil)
    }
}

private final class Echo: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.writeAndFlush(data, promise: nil) }
}
