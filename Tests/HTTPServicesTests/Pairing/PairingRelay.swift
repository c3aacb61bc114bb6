import Foundation
import NIOCore
import NIOPosix
import SymbolonClients
import Synchronization
import Testing

/// Somebody between two ends, on loopback: hears every TLS record, and does with each as it pleases.
final class PairingRelay: Sendable {
    enum Way: Sendable, CaseIterable {
        case toServer
        case toClient
    }

    enum Deed: Sendable {
        case pass
        case put([UInt8])
        /// Back to who said it.
        case reflect
        /// Ends both connections; the record goes nowhere.
        case cut
    }

    /// Asked with the number of the record, from 0 in each way, and the record with its header (RFC 8446 §5.1).
    typealias Meddling = @Sendable (Way, Int, [UInt8]) -> Deed

    let address: ServerAddress
    private let channel: any Channel
    private let heard: Heard

    static func start(
        before server: ServerAddress, _ meddle: @escaping Meddling = { _, _, _ in .pass }
    ) async throws -> PairingRelay {
        let heard = Heard()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop).connect(host: server.host, port: server.port)
                    .flatMapThrowing { server in
                        try client.pipeline.syncOperations.addHandler(Pipe(.toServer, server, heard, meddle))
                        try server.pipeline.syncOperations.addHandler(Pipe(.toClient, client, heard, meddle))
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return PairingRelay(
            ServerAddress(host: "127.0.0.1", port: try #require(channel.localAddress?.port)), channel, heard)
    }

    private init(_ address: ServerAddress, _ channel: any Channel, _ heard: Heard) {
        self.address = address
        self.channel = channel
        self.heard = heard
    }

    deinit { channel.close(promise: nil) }

    /// What was said, record by record.
    func records(_ way: Way) -> [[UInt8]] { heard.records.withLock { $0[way] ?? [] } }

    /// Whether these octets went by in clear, either way.
    func saw(_ octets: some Sequence<UInt8>) -> Bool {
        Way.allCases.contains { way in Data(records(way).joined()).range(of: Data(octets)) != nil }
    }

    /// Says to a server what was heard, all at once, and gives what it answers until it hangs up.
    static func say(_ records: [[UInt8]], to server: ServerAddress) async throws -> [UInt8] {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let ended = loop.makePromise(of: [UInt8].self)
        let channel = try await ClientBootstrap(group: loop).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(Ear(ended))
            }
        }.connect(host: server.host, port: server.port).get()
        try await channel.writeAndFlush(ByteBuffer(bytes: records.joined()))
        return try await ended.futureResult.get()
    }

    private final class Heard: Sendable {
        let records = Mutex<[Way: [[UInt8]]]>([:])

        /// Its number in its way.
        func note(_ record: [UInt8], _ way: Way) -> Int {
            records.withLock { records in
                records[way, default: []].append(record)
                return (records[way]?.count ?? 1) - 1
            }
        }
    }

    private final class Pipe: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let way: Way
        private let other: any Channel
        private let heard: Heard
        private let meddle: Meddling
        private var pending = ByteBuffer()

        init(_ way: Way, _ other: any Channel, _ heard: Heard, _ meddle: @escaping Meddling) {
            self.way = way
            self.other = other
            self.heard = heard
            self.meddle = meddle
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            pending.writeImmutableBuffer(unwrapInboundIn(data))
            while let length = pending.getInteger(at: pending.readerIndex + 3, as: UInt16.self),
                let record = pending.readBytes(length: 5 + Int(length))
            {
                switch meddle(way, heard.note(record, way), record) {
                case .pass: other.writeAndFlush(ByteBuffer(bytes: record), promise: nil)
                case .put(let changed): other.writeAndFlush(ByteBuffer(bytes: changed), promise: nil)
                case .reflect: context.channel.writeAndFlush(ByteBuffer(bytes: record), promise: nil)
                case .cut:
                    other.close(promise: nil)
                    context.close(promise: nil)
                }
            }
        }

        func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private final class Ear: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let ended: EventLoopPromise<[UInt8]>
        private var octets: [UInt8] = []

        init(_ ended: EventLoopPromise<[UInt8]>) { self.ended = ended }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            octets += Array(unwrapInboundIn(data).readableBytesView)
        }
        func channelInactive(context: ChannelHandlerContext) { ended.succeed(octets) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
