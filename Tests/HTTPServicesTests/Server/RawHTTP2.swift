import Foundation
import NIOCore
import NIOPosix
import SymbolonCertificates
import SymbolonClients
import SymbolonKeys
import SymbolonTransport
import Testing

/// A frame of HTTP/2 (RFC 9113 §4.1), with whatever a test wants in it.
struct HTTP2Frame: Equatable, Sendable {
    enum Kind: UInt8, Sendable {
        case data, headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate, continuation
    }

    let kind: Kind
    var flags: UInt8 = 0
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    static let endStream: UInt8 = 0x1
    /// Of settings and ping.
    static let acknowledged: UInt8 = 0x1
    static let endHeaders: UInt8 = 0x4

    /// `GET /health` in literals and entries of the static table (RFC 7541 §6): no state is kept between requests.
    static let fields: [UInt8] = [0x82, 0x87, 0x04, 7] + Array("/health".utf8) + [0x01, 1, 0x61]

    static func request(_ stream: UInt32) -> HTTP2Frame {
        HTTP2Frame(kind: .headers, flags: endStream | endHeaders, stream: stream, payload: fields)
    }

    static func ping(_ number: UInt8) -> HTTP2Frame {
        HTTP2Frame(kind: .ping, payload: [UInt8](repeating: number, count: 8))
    }

    var octets: [UInt8] {
        func number(_ value: UInt32, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32(count - 1 - $0))) }
        }
        return number(UInt32(payload.count), 3) + [kind.rawValue, flags] + number(stream, 4) + payload
    }

    /// RFC 9113 §6.8: why the other end hangs up.
    var goAwayCode: UInt32? {
        guard kind == .goAway, payload.count >= 8 else { return nil }
        return payload[4..<8].reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// An HTTP/2 connection on which a test says what it likes, frame by frame.
final class RawHTTP2: Sendable {
    private let channel: any Channel
    /// What comes, until the end.
    let frames: AsyncStream<HTTP2Frame>

    private init(_ channel: any Channel, _ frames: AsyncStream<HTTP2Frame>) {
        self.channel = channel
        self.frames = frames
    }

    /// With the preface and settings sent (RFC 9113 §3.4).
    static func connect(to served: ServedAuthority, as person: ServedAuthority.Person? = nil) async throws -> RawHTTP2 {
        var settings = TLSSettings()
        settings.alpn = ["h2"]
        let identity = try person.map { try TLSIdentity(chain: $0.chain.map(\.der), pkcs8: $0.key.pkcs8()) }
        let context = try TLSContext(side: .client, identity: identity, settings: settings)
        let (frames, source) = AsyncStream<HTTP2Frame>.makeStream()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).channelInitializer {
            channel in
            channel.eventLoop.makeCompletedFuture {
                let tls = TLSHandler(context: context, serverName: nil) { _ in .accepted(true) }
                try channel.pipeline.syncOperations.addHandlers([tls, Ear(source)])
            }
        }.connect(host: "127.0.0.1", port: served.address.port).get()
        let raw = RawHTTP2(channel, frames)
        await raw.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + HTTP2Frame(kind: .settings).octets)
        return raw
    }

    deinit { channel.close(promise: nil) }

    /// In one piece; nothing where the other end has hung up.
    func send(_ frames: [HTTP2Frame]) async { await send(frames.flatMap(\.octets)) }

    private func send(_ octets: [UInt8]) async { try? await channel.writeAndFlush(ByteBuffer(bytes: octets)) }

    private final class Ear: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let frames: AsyncStream<HTTP2Frame>.Continuation
        private var gathered = ByteBuffer()

        init(_ frames: AsyncStream<HTTP2Frame>.Continuation) { self.frames = frames }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            gathered.writeImmutableBuffer(unwrapInboundIn(data))
            while let frame = next() { frames.yield(frame) }
        }

        private func next() -> HTTP2Frame? {
            guard let head = gathered.getBytes(at: gathered.readerIndex, length: 9) else { return nil }
            let length = head[..<3].reduce(0) { $0 << 8 | Int($1) }
            guard gathered.readableBytes >= 9 + length else { return nil }
            gathered.moveReaderIndex(forwardBy: 9)
            guard let kind = HTTP2Frame.Kind(rawValue: head[3]) else { return nil }
            let stream = head[5...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return HTTP2Frame(
                kind: kind, flags: head[4], stream: stream, payload: gathered.readBytes(length: length) ?? [])
        }

        func channelInactive(context: ChannelHandlerContext) { frames.finish() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
