import NIOCore
import NIOEmbedded

@testable import SymbolonTransport

/// What a handler behind TLS sees, in order.
final class Recorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private(set) var received: [UInt8] = []
    private(set) var deliveries: [Int] = []
    private(set) var failures: [TLSFailure] = []
    private(set) var otherErrors: [any Error] = []
    private(set) var facts: [SessionFacts] = []
    private(set) var inputClosed = 0
    private(set) var inactive = 0
    private(set) var bytesBeforeProof = 0
    var onHandshake: (ChannelHandlerContext) -> Void = { _ in }
    var onRead: (ChannelHandlerContext) -> Void = { _ in }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        if facts.isEmpty { bytesBeforeProof += bytes.readableBytes }
        received += Array(bytes.readableBytesView)
        deliveries.append(bytes.readableBytes)
        onRead(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let done = event as? TLSHandshakeCompleted {
            facts.append(done.facts)
            onHandshake(context)
        }
        if let event = event as? ChannelEvent, event == .inputClosed { inputClosed += 1 }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let failure = error as? TLSFailure { failures.append(failure) } else { otherErrors.append(error) }
    }

    func channelInactive(context: ChannelHandlerContext) { inactive += 1 }
}

/// Stands between TLS and the channel and keeps half-closes, which an embedded channel does not know, from ending it.
final class HalfCloses: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private(set) var outputCloses = 0
    private(set) var reads = 0

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else { return context.close(mode: mode, promise: promise) }
        outputCloses += 1
        promise?.succeed(())
    }

    func read(context: ChannelHandlerContext) {
        reads += 1
        context.read()
    }
}

/// One end on an embedded channel.
final class EmbeddedEnd {
    let channel: EmbeddedChannel
    let tls: TLSHandler
    let recorder = Recorder()
    let transport = HalfCloses()

    init(
        _ context: TLSContext, loop: EmbeddedEventLoop, serverName: String? = nil, halfClosure: Bool = false,
        verify: @escaping (PresentedPeer) -> PeerVerdict = { _ in .accepted("peer") }
    ) throws {
        tls = TLSHandler(context: context, serverName: serverName, verify: verify)
        channel = EmbeddedChannel(loop: loop)
        channel.allowRemoteHalfClosure = halfClosure
        try channel.pipeline.syncOperations.addHandlers([transport, tls, recorder])
    }

    /// The first handshake bytes of a client are on the way after this.
    func connect() throws { try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait() }

    func takeOutput() throws -> ByteBuffer {
        var all = ByteBuffer()
        while var part = try channel.readOutbound(as: ByteBuffer.self) { all.writeBuffer(&part) }
        return all
    }

    func take(_ bytes: ByteBuffer) throws {
        guard channel.isActive else { return }
        try channel.writeInbound(bytes)
    }

    func send(_ bytes: [UInt8], promise: EventLoopPromise<Void>? = nil) {
        channel.pipeline.writeAndFlush(ByteBuffer(bytes: bytes), promise: promise)
    }
}

/// How bytes are cut on their way from one end to the other.
enum Cut: CaseIterable {
    case asWritten, byteByByte, sevens

    func apply(_ bytes: ByteBuffer) -> [ByteBuffer] {
        let size: Int
        switch self {
        case .asWritten: return [bytes]
        case .byteByByte: size = 1
        case .sevens: size = 7
        }
        var rest = bytes
        var parts: [ByteBuffer] = []
        while let part = rest.readSlice(length: min(size, rest.readableBytes)), part.readableBytes > 0 {
            parts.append(part)
        }
        return parts
    }
}

/// A client and a server whose transports are joined by hand, on one manual clock.
struct EmbeddedPair {
    let loop = EmbeddedEventLoop()
    let client: EmbeddedEnd
    let server: EmbeddedEnd
    var cut = Cut.asWritten

    init(
        serverSettings: TLSSettings = TLSSettings(), clientSettings: TLSSettings = TLSSettings(),
        acceptedServerNames: Set<String>? = nil, serverName: String? = "server.test",
        clientIdentity: TLSIdentity?, halfClosure: Bool = false,
        serverVerifies: @escaping (PresentedPeer) -> PeerVerdict = { _ in .accepted("the client") },
        clientVerifies: @escaping (PresentedPeer) -> PeerVerdict = { _ in .accepted("the server") }
    ) throws {
        try self.init(
            serverContext: TLSContext(
                side: .server(acceptedServerNames: acceptedServerNames), identity: TestIdentity.server.tls,
                settings: serverSettings),
            clientContext: TLSContext(side: .client, identity: clientIdentity, settings: clientSettings),
            serverName: serverName, halfClosure: halfClosure, serverVerifies: serverVerifies,
            clientVerifies: clientVerifies)
    }

    init(
        serverContext: TLSContext, clientContext: TLSContext, serverName: String? = "server.test",
        halfClosure: Bool = false,
        serverVerifies: @escaping (PresentedPeer) -> PeerVerdict = { _ in .accepted("the client") },
        clientVerifies: @escaping (PresentedPeer) -> PeerVerdict = { _ in .accepted("the server") }
    ) throws {
        server = try EmbeddedEnd(serverContext, loop: loop, halfClosure: halfClosure, verify: serverVerifies)
        client = try EmbeddedEnd(
            clientContext, loop: loop, serverName: serverName, halfClosure: halfClosure, verify: clientVerifies)
    }

    static func honest(halfClosure: Bool = false) throws -> EmbeddedPair {
        try EmbeddedPair(clientIdentity: TestIdentity.client.tls, halfClosure: halfClosure)
    }

    /// Two ends that are proved to each other.
    static func established(halfClosure: Bool = false, cut: Cut = .asWritten) throws -> EmbeddedPair {
        var pair = try honest(halfClosure: halfClosure)
        pair.cut = cut
        try pair.handshake()
        return pair
    }

    func handshake() throws {
        try server.connect()
        try client.connect()
        try exchange()
    }

    /// Carries bytes both ways until neither end has more.
    func exchange() throws {
        while true {
            let up = try client.takeOutput()
            let down = try server.takeOutput()
            if up.readableBytes == 0, down.readableBytes == 0 { return }
            for part in cut.apply(up) { try server.take(part) }
            for part in cut.apply(down) { try client.take(part) }
        }
    }
}
