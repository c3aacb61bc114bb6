import Glibc
import NIOCore
import NIOPosix
import ServiceLifecycle
import SymbolonStorage
import Synchronization

/// Takes questions about the ends of this process on a Unix domain socket in its home.
///
/// Only the home's owner and root get an answer: the folder and the socket are closed to others, and the operating system
/// says who asks. One question a connection, of one line; few connections at a time, each for a short time.
struct ControlSocket: Service {
    private let listener: any Channel
    /// Held as long as it listens: the name is this process's.
    private let place: EndPlace

    /// Connections at a time. 16: people and scrapers of one machine.
    static let most = 16
    /// From accept to the last octet of the answer. 30 s: ten thousand lines to a reader that is busy.
    static let deadline = TimeAmount.seconds(30)

    static func open(_ place: EndPlace, _ desk: ControlDesk, on group: any EventLoopGroup) async throws -> ControlSocket
    {
        let open = OpenCount()
        place.socket.remove()
        return try await place.socket.withAddress { path in
            let listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 16)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(ControlHandler(desk, open))
                    }
                }
                .bind(unixDomainSocketPath: path).get()
            do {
                try place.socket.close(toOthers: path)
            } catch {
                try? await listener.close()
                throw error
            }
            return ControlSocket(listener: listener, place: place)
        }
    }

    func run() async throws {
        try? await gracefulShutdown()
        await close()
    }

    func close() async {
        try? await listener.close()
        place.socket.remove()
    }
}

/// How many connections are open.
private final class OpenCount: Sendable {
    private let count = Mutex(0)

    /// False: there are enough.
    func enter() -> Bool {
        count.withLock { count in
            guard count < ControlSocket.most else { return false }
            count += 1
            return true
        }
    }

    func leave() { count.withLock { $0 -= 1 } }
}

/// Reads one line, has it answered, writes the answer, and closes.
private final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let desk: ControlDesk
    private let open: OpenCount
    private var line: [UInt8] = []
    private var isAsked = false
    private var isCounted = false
    private var deadline: Scheduled<Void>?

    init(_ desk: ControlDesk, _ open: OpenCount) {
        self.desk = desk
        self.open = open
    }

    func channelActive(context: ChannelHandlerContext) {
        isCounted = open.enter()
        guard isCounted else { return context.close(promise: nil) }
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: ControlSocket.deadline) { channel.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        if isCounted { open.leave() }
        isCounted = false
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAsked, isCounted else { return }
        let part = unwrapInboundIn(data).readableBytesView
        guard let end = part.firstIndex(of: UInt8(ascii: "\n")) else {
            line += part
            if line.count > ControlQuestion.largest { context.close(promise: nil) }
            return
        }
        line += part[..<end]
        guard line.count <= ControlQuestion.largest else { return context.close(promise: nil) }
        isAsked = true
        guard let user = Self.user(of: context.channel), user == geteuid() || user == 0 else {
            return context.close(promise: nil)
        }
        let (desk, line, channel) = (desk, line, context.channel)
        Task {
            let said = await desk.answer(line, from: user)
            let answer = ByteBuffer(string: said.lines.joined(separator: "\n") + "\n")
            try? await channel.writeAndFlush(answer)
            try? await channel.close()
            if said.isFarewell { desk.retirement.isTold.happen() }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// unix(7): struct ucred.
    private struct Credentials: Sendable {
        var process: Int32 = 0
        var user: UInt32 = 0
        var group: UInt32 = 0
    }

    /// unix(7), SO_PEERCRED: who connected, by the kernel's word.
    private static func user(of channel: any Channel) -> UInt32? {
        var found: UInt32?
        let answer: EventLoopFuture<Credentials>? = (channel as? any SocketOptionProvider)?.unsafeGetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
        // It is answered at once on the channel's own event loop.
        answer?.assumeIsolated().whenSuccess { found = $0.user }
        return found
    }
}
