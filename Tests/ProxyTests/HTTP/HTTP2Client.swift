import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import SymbolonProxy
import SymbolonTransport

/// What one HTTP/2 stream of a test has seen.
struct StreamSeen: Sendable, Equatable {
    var status: String?
    var fields: [String] = []
    var content = ""
    var trailers: [String] = []
    var isEnded = false
    var isReset = false
    var isClosed = false
}

/// An HTTP/2 client without opinions: it sends what it is told, sound or not.
final class HTTP2Client: Sendable {
    let channel: any Channel
    let board: Board<Seen>
    /// Whether the server's settings have come. What they allow is asked for afterwards (RFC 8441 §3).
    private let settings: Board<Bool>
    private let multiplexer: NIOHTTP2Handler.StreamMultiplexer

    private init(
        _ channel: any Channel, _ board: Board<Seen>, _ settings: Board<Bool>,
        _ multiplexer: NIOHTTP2Handler.StreamMultiplexer
    ) {
        self.settings = settings
        self.channel = channel
        self.board = board
        self.multiplexer = multiplexer
    }

    static func connect(_ http: HTTPStage, as name: String = "alice", serverName: String? = HTTPStage.host) async throws
        -> HTTP2Client
    {
        var settings = TLSSettings()
        settings.alpn = ["h2"]
        let context = try TLSContext(side: .client, identity: try http.stage.tls(name), settings: settings)
        let (board, told) = (Board(Seen()), Board(false))
        let (channel, multiplexer) = try await ClientBootstrap(group: loops)
            .connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: http.end.port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        TLSHandler(context: context, serverName: serverName) { _ in .accepted(true) })
                    var connection = NIOHTTP2Handler.ConnectionConfiguration()
                    connection.headerBlockValidation = .disabled
                    connection.contentLengthValidation = .disabled
                    let multiplexer = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
                        mode: .client, connectionConfiguration: connection, streamConfiguration: .init()
                    ) { $0.close() }
                    try channel.pipeline.syncOperations.addHandler(ConnectionWatcher(board, told))
                    return (channel, multiplexer)
                }
            }
        return HTTP2Client(channel, board, told, multiplexer)
    }

    /// Opens a stream and sends its head.
    func stream(
        _ method: String = "GET", _ path: String = "/", authority: String? = HTTPStage.host, scheme: String = "https",
        _ fields: [(String, String)] = [], ends: Bool = true
    ) async throws -> HTTP2Stream {
        var block = HPACKHeaders([(":method", method), (":scheme", scheme), (":path", path)])
        if let authority { block.add(name: ":authority", value: authority) }
        for (name, value) in fields { block.add(name: name, value: value) }
        let board = Board(StreamSeen())
        let stream = try await multiplexer.createStreamChannel { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandler(StreamWatcher(board))
            }
        }.get()
        stream.writeAndFlush(HTTP2Frame.FramePayload.headers(.init(headers: block, endStream: ends)), promise: nil)
        return HTTP2Stream(channel: stream, board: board)
    }

    func hasSettings() async { await settings.wait { $0 } }

    func closed() async -> Seen { await board.wait { $0.isClosed } }
    func close() { channel.close(promise: nil) }
}

struct HTTP2Stream: Sendable {
    let channel: any Channel
    let board: Board<StreamSeen>

    func send(_ text: String, ends: Bool = false) {
        channel.writeAndFlush(
            HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(ByteBuffer(string: text)), endStream: ends)),
            promise: nil)
    }

    /// Whole, reset or closed.
    func answer() async -> StreamSeen { await board.wait { $0.isEnded || $0.isReset || $0.isClosed } }
}

private final class StreamWatcher: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload

    private let board: Board<StreamSeen>
    init(_ board: Board<StreamSeen>) { self.board = board }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let content):
            let fields = content.headers.map { "\($0.name): \($0.value)" }
            let status = content.headers.first(name: ":status")
            board.update { seen in
                if let status {
                    seen.status = status
                    seen.fields = fields
                } else {
                    seen.trailers = fields
                }
                if content.endStream { seen.isEnded = true }
            }
        case .data(let content):
            guard case .byteBuffer(let buffer) = content.data else { return }
            board.update { seen in
                seen.content += String(buffer: buffer)
                if content.endStream { seen.isEnded = true }
            }
        case .rstStream: board.update { $0.isReset = true }
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { board.update { $0.isReset = true } }
    func channelInactive(context: ChannelHandlerContext) { board.update { $0.isClosed = true } }
}

private final class ConnectionWatcher: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    private let board: Board<Seen>
    private let settings: Board<Bool>

    init(_ board: Board<Seen>, _ settings: Board<Bool>) {
        self.board = board
        self.settings = settings
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data).payload {
        case .goAway: board.update { $0.isInputEnded = true }
        case .settings(.settings): settings.update { $0 = true }
        default: break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is TLSHandshakeCompleted { board.update { $0.isProved = true } }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        board.update { $0.error = $0.error ?? "\(error)" }
    }

    func channelInactive(context: ChannelHandlerContext) { board.update { $0.isClosed = true } }
}
