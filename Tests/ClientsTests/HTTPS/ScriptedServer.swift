import Foundation
import NIOCore
import NIOPosix
import SymbolonClients
import SymbolonKeys
import SymbolonTestSupport
import SymbolonTransport

/// A TLS server on loopback that answers each request with octets that a test chose.
final class ScriptedServer: Sendable {
    /// What it does with a request.
    enum Step: Sendable {
        case answer(String)
        /// Answers, then ends the connection as TLS asks (close_notify).
        case answerAndClose(String)
        /// Answers, then cuts the connection without close_notify.
        case answerAndCut(String)
        /// Answers, then with one octet each so many milliseconds.
        case drip(String, after: String, every: Int64)
        case silence
    }

    /// What it saw.
    struct Log: Sendable {
        var connections = 0
        /// Head and body as they came.
        var requests: [String] = []
        var octets = 0
    }

    let address: ServerAddress
    private let channel: any Channel
    private let log: NIOLoopBoundBox<Log>

    /// - Parameter script: what to do with the n-th request, from 0, and with the request itself.
    static func start(
        _ pki: TestPKI = .goodChain(), alpn: [String] = ["http/1.1"], demanding: ClientCertificate = .demanded,
        script: @escaping @Sendable (Int, String) -> Step
    ) async throws -> ScriptedServer {
        var settings = TLSSettings()
        settings.alpn = alpn
        settings.clientCertificate = demanding
        let context = try TLSContext(
            side: .server(acceptedServerNames: nil), identity: pki.identity, settings: settings)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let log = NIOLoopBoundBox<Log>.makeBoxSendingValue(Log(), eventLoop: loop)
        let channel = try await ServerBootstrap(group: loop)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        TLSHandler(context: context, serverName: nil) { _ in .accepted(()) },
                        Actor(log, script),
                    ])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return ScriptedServer(channel, log)
    }

    private init(_ channel: any Channel, _ log: NIOLoopBoundBox<Log>) {
        self.channel = channel
        self.log = log
        address = ServerAddress(host: "127.0.0.1", port: channel.localAddress?.port ?? 0)
    }

    deinit { channel.close(promise: nil) }

    var seen: Log {
        get async throws {
            let log = log
            return try await log.eventLoop.submit { log.value }.get()
        }
    }

    private final class Actor: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let log: NIOLoopBoundBox<Log>
        private let script: @Sendable (Int, String) -> Step
        private var received = ""

        init(_ log: NIOLoopBoundBox<Log>, _ script: @escaping @Sendable (Int, String) -> Step) {
            self.log = log
            self.script = script
        }

        func channelActive(context: ChannelHandlerContext) {
            log.value.connections += 1
            context.fireChannelActive()
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            log.value.octets += bytes.readableBytes
            received += String(buffer: bytes)
            guard let end = received.firstRange(of: "\r\n\r\n") else { return }
            let length =
                received.lowercased().firstRange(of: "content-length: ").flatMap { range in
                    Int(received[range.upperBound...].prefix { $0.isNumber })
                } ?? 0
            guard received[end.upperBound...].utf8.count >= length else { return }
            let request = received
            received = ""
            log.value.requests.append(request)
            act(script(log.value.requests.count - 1, request), context)
        }

        private func act(_ step: Step, _ context: ChannelHandlerContext) {
            switch step {
            case .answer(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .answerAndClose(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                context.close(promise: nil)
            case .answerAndCut(let text):
                let written = context.eventLoop.makePromise(of: Void.self)
                let channel = context.channel
                written.futureResult.whenComplete { _ in
                    channel.triggerUserOutboundEvent(AbandonConnection(), promise: nil)
                }
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: written)
            case .drip(let text, let first, let pause):
                guard let next = text.first, context.channel.isActive else { return }
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: first)), promise: nil)
                context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(pause)) {
                    self.act(.drip(String(text.dropFirst()), after: String(next), every: pause), context)
                }
            case .silence:
                break
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {}
    }
}

extension TestPKI {
    /// The leaf's chain and key for a TLS end.
    var identity: TLSIdentity {
        get throws { try TLSIdentity(chain: der, pkcs8: leaf.key.pkcs8()) }
    }
}
