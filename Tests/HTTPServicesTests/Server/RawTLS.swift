import Foundation
import NIOCore
import NIOPosix
import SymbolonClients
import SymbolonTransport

/// A TLS connection over which a test says what it likes, as slowly as it likes.
final class RawTLS: Sendable {
    private let channel: any Channel
    private let received: EventLoopFuture<String>

    private init(_ channel: any Channel, _ received: EventLoopFuture<String>) {
        self.channel = channel
        self.received = received
    }

    static func connect(to served: ServedAuthority) async throws -> RawTLS {
        var settings = TLSSettings()
        settings.alpn = ["http/1.1"]
        let context = try TLSContext(side: .client, identity: nil, settings: settings)
        let group = MultiThreadedEventLoopGroup.singleton
        let ended = group.next().makePromise(of: String.self)
        let channel = try await ClientBootstrap(group: group).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let tls = TLSHandler(context: context, serverName: nil) { _ in .accepted(true) }
                try channel.pipeline.syncOperations.addHandlers([tls, Ear(ended)])
            }
        }.connect(host: "127.0.0.1", port: served.address.port).get()
        return RawTLS(channel, ended.futureResult)
    }

    deinit { channel.close(promise: nil) }

    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }

    /// What came until the other end hung up.
    func ended() async -> String { (try? await received.get()) ?? "" }

    private final class Ear: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let ended: EventLoopPromise<String>
        private var text = ""

        init(_ ended: EventLoopPromise<String>) { self.ended = ended }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { text += String(buffer: unwrapInboundIn(data)) }
        func channelInactive(context: ChannelHandlerContext) { ended.succeed(text) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
