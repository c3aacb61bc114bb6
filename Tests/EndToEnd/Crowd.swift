import Foundation
import NIOCore
import NIOPosix
import SymbolonCertificates
import SymbolonKeys
import SymbolonStorage
import SymbolonTestSupport
import SymbolonTransport
import SymbolonVerification
import Synchronization
import Testing

/// Thousands of clients, each with a live connection that it proves and talks over, and the service that echoes them: all on
/// two event loops of this process.
final class Crowd: Sendable {
    private static let message = 64
    /// Handshakes at a time. 64: fewer than an end lets one address have.
    private static let atOnce = 64

    /// What became of one.
    struct Fate: Sendable {
        var sent = 0
        var received = 0
        /// Octets that came back as others than were sent.
        var wrong = 0
        var closedAt: ContinuousClock.Instant?
        var alert: TLSAlert?
    }

    /// Between an echo and the next message.
    private let pause: TimeAmount
    private let group: MultiThreadedEventLoopGroup
    private let service: RunningProgram
    /// Of the service.
    let port: Int
    private let talkers = Mutex<[Talker]>([])
    private let closed = Mutex<(count: Int, waiting: [(Int, CheckedContinuation<Void, Never>)])>((0, []))
    private let isQuiet = Atomic(false)

    /// - Parameter pause: in seconds, between an echo and the next message of each.
    init(pause: Int) async throws {
        self.pause = .seconds(Int64(pause))
        group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        service = try RunningProgram(["/usr/bin/env", "python3", "-c", Self.echo], inputStaysOpen: true)
        let line = await service.lines.first(after: 0, within: Ends.patience) { Int($0) }
        port = try #require(line, "\(service.complaints.text)")
    }

    /// A process of its own: a connection through an end has four sockets, and a process may have few. It ends with the
    /// input that this one holds open.
    private static let echo = """
        import asyncio, os, sys, threading

        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()

        async def echo(reader, writer):
            try:
                while data := await reader.read(65536):
                    writer.write(data)
            except OSError:
                pass
            writer.close()

        async def main():
            server = await asyncio.start_server(echo, "127.0.0.1", 0, backlog=1024)
            print(server.sockets[0].getsockname()[1], flush=True)
            await server.serve_forever()

        asyncio.run(main())
        """

    /// What became of each, by its place.
    var fates: [Fate] { talkers.withLock { $0 }.map { $0.fate.withLock { $0 } } }

    /// Connects so many, one identity after the other in turn, and returns when each has had an echo.
    func connect(_ count: Int, to port: Int, as identities: [StoredIdentity]) async throws {
        let contexts = try identities.map { identity in
            try TLSContext(
                side: .client, identity: TLSIdentity(chain: identity.chain.map(\.der), pkcs8: identity.key.pkcs8()))
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for number in 0..<count {
                if number >= Self.atOnce { try await tasks.next() }
                let context = contexts[number % contexts.count]
                tasks.addTask { try await self.connectOne(to: port, context) }
            }
            try await tasks.waitForAll()
        }
    }

    private func connectOne(to port: Int, _ context: TLSContext) async throws {
        let talker = Talker(self)
        _ = try await ClientBootstrap(group: group).channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Whom the service proves to be is looked at elsewhere; here only that it lets these in.
                    let tls = TLSHandler(context: context, serverName: nil) { .accepted($0) }
                    let handler = Talk(talker, pause: self.pause, octets: Self.message)
                    try channel.pipeline.syncOperations.addHandlers([tls, handler])
                }
            }.connect(host: "127.0.0.1", port: port).get()
        try await talker.begun.get()
        talkers.withLock { $0.append(talker) }
    }

    /// Lets the last echoes come: nobody begins another exchange.
    func quiet() { isQuiet.store(true, ordering: .relaxed) }

    /// Waits until so many have been closed, whoever closed them; false when they have not in time.
    func closed(_ count: Int, within patience: Duration) async -> Bool {
        let timer = Task {
            try? await Task.sleep(for: patience)
            self.closed.withLock { closed in
                for (_, continuation) in closed.waiting { continuation.resume() }
                closed.waiting = []
            }
        }
        defer { timer.cancel() }
        await withCheckedContinuation { continuation in
            closed.withLock { closed in
                if closed.count >= count { continuation.resume() } else { closed.waiting.append((count, continuation)) }
            }
        }
        return closed.withLock { $0.count } >= count
    }

    func stop() async {
        try? await group.shutdownGracefully()
        service.signal(SIGKILL)
    }

    // MARK: One of them

    fileprivate final class Talker: Sendable {
        let fate = Mutex(Fate())
        let begun = Promise()
        private let crowd: Crowd

        init(_ crowd: Crowd) { self.crowd = crowd }

        var isQuiet: Bool { crowd.isQuiet.load(ordering: .relaxed) }

        func ended(_ alert: TLSAlert?) {
            let isFirst = fate.withLock { fate in
                if let alert { fate.alert = alert }
                guard fate.closedAt == nil else { return false }
                fate.closedAt = .now
                return true
            }
            begun.fail()
            guard isFirst else { return }
            crowd.closed.withLock { closed in
                closed.count += 1
                closed.waiting.removeAll { count, continuation in
                    guard closed.count >= count else { return false }
                    continuation.resume()
                    return true
                }
            }
        }
    }

    /// Kept once.
    fileprivate final class Promise: Sendable {
        struct Refused: Error {}
        private let state = Mutex<(Result<Void, Refused>?, CheckedContinuation<Void, any Error>?)>((nil, nil))

        func succeed() { settle(.success(())) }
        func fail() { settle(.failure(Refused())) }

        private func settle(_ result: Result<Void, Refused>) {
            let continuation = state.withLock { state -> CheckedContinuation<Void, any Error>? in
                guard state.0 == nil else { return nil }
                state.0 = result
                defer { state.1 = nil }
                return state.1
            }
            continuation?.resume(with: result.mapError { $0 })
        }

        func get() async throws {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let known = state.withLock { state in
                    if state.0 == nil { state.1 = continuation }
                    return state.0
                }
                if let known { continuation.resume(with: known.mapError { $0 as any Error }) }
            }
        }
    }

    private final class Talk: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let talker: Talker
        private let pause: TimeAmount
        private let octets: Int
        private var owed = 0
        private var mark: UInt8 = 0

        init(_ talker: Talker, pause: TimeAmount, octets: Int) {
            (self.talker, self.pause, self.octets) = (talker, pause, octets)
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event is TLSHandshakeCompleted { say(context) }
            if event as? ChannelEvent == .inputClosed { finish(context, nil) }
        }

        private func say(_ context: ChannelHandlerContext) {
            mark &+= 1
            owed = octets
            talker.fate.withLock { $0.sent += octets }
            context.writeAndFlush(
                wrapOutboundOut(ByteBuffer(repeating: mark, count: octets)), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            let wrong = bytes.readableBytesView.count { $0 != mark }
            talker.fate.withLock { fate in
                fate.received += bytes.readableBytes
                fate.wrong += wrong
            }
            owed -= bytes.readableBytes
            guard owed <= 0 else { return }
            talker.begun.succeed()
            let kept = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: pause) {
                let (talk, context) = kept.value
                if context.channel.isActive, !talk.talker.isQuiet { talk.say(context) }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            if case TLSFailure.peerAlert(let alert) = error { finish(context, alert) } else { finish(context, nil) }
        }

        func channelInactive(context: ChannelHandlerContext) { finish(context, nil) }

        private func finish(_ context: ChannelHandlerContext, _ alert: TLSAlert?) {
            talker.ended(alert)
            context.close(promise: nil)
        }
    }
}
