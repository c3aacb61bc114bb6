import NIOCore
import SymbolonTransport

/// One client's connection: it says something, waits for the echo, pauses, and says the next.
final class Talk: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What became of it.
    struct Fate: Encodable {
        var sent = 0
        var received = 0
        /// Octets that came back as others than were sent.
        var wrong = 0
        /// On the system's monotonic clock, in nanoseconds, when what ended it came.
        var closedAt: UInt64?
        /// What the end said last.
        var alert: String?
    }

    private static let octets = 64

    private(set) var fate = Fate()
    /// When anything came last.
    var arrived = NIODeadline.now()
    private let talkers: Talkers
    private var owed = 0
    private var mark: UInt8 = 0
    private(set) var hasBegun = false

    init(_ talkers: Talkers) { self.talkers = talkers }

    var isLive: Bool { fate.closedAt == nil }
    var isOwed: Bool { owed > 0 && isLive }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is TLSHandshakeCompleted { say(context) }
        if event as? ChannelEvent == .inputClosed { finish(context, nil) }
    }

    private func say(_ context: ChannelHandlerContext) {
        talkers.says(self)
        mark &+= 1
        owed = Self.octets
        fate.sent += Self.octets
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(repeating: mark, count: Self.octets)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        fate.received += bytes.readableBytes
        fate.wrong += bytes.readableBytesView.count { $0 != mark }
        owed -= bytes.readableBytes
        guard owed <= 0 else { return }
        if !hasBegun {
            hasBegun = true
            talkers.begun()
        }
        talkers.settled()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: talkers.pause) {
            let (talk, context) = bound.value
            if context.channel.isActive, !talk.talkers.isQuiet { talk.say(context) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case TLSFailure.peerAlert(let alert) = error { finish(context, alert) } else { finish(context, nil) }
    }

    func channelInactive(context: ChannelHandlerContext) { finish(context, nil) }

    private func finish(_ context: ChannelHandlerContext, _ alert: TLSAlert?) {
        if let alert { fate.alert = alert.description }
        if isLive {
            fate.closedAt = arrived.uptimeNanoseconds
            talkers.ended(self)
        }
        context.close(promise: nil)
    }
}
