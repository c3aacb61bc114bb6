internal import Glibc
package import NIOCore

/// When accepting rests because descriptors or memory have run out, and when it goes on. Pure.
struct AcceptRest {
    private var isResting = false

    /// A client could not be accepted. Returns whether to rest, and what there is to tell of it; nil: one client less
    /// (accept(2)), and the listener goes on.
    mutating func failed(_ code: CInt, because reason: @autoclosure () -> String) -> AcceptGate.Change? {
        switch code {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM:
            defer { isResting = true }
            return isResting ? .triedAgain : .paused(because: reason())
        default: return nil
        }
    }

    /// A client was accepted. Returns what there is to tell of it.
    mutating func accepted() -> AcceptGate.Change? {
        guard isResting else { return nil }
        isResting = false
        return .resumed
    }
}

/// Rests accepting when descriptors or memory run out, and takes it up again: on the listener, before everything else.
///
/// Without it the listener would be told of the waiting client again at once, and again, and use a whole core.
package final class AcceptGate: ChannelInboundHandler {
    package typealias InboundIn = any Channel

    private let pause: TimeAmount
    private let whenChanged: (Change) -> Void
    private var rest = AcceptRest()

    package enum Change {
        /// Once for each spell, however many tries it takes.
        case paused(because: String)
        case triedAgain
        case resumed
    }

    /// - Parameter whenChanged: called on the listener's loop.
    package init(pause: TimeAmount, whenChanged: @escaping (Change) -> Void) {
        self.pause = pause
        self.whenChanged = whenChanged
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let failure = error as? IOError else { return context.fireErrorCaught(error) }
        guard let change = rest.failed(failure.errnoCode, because: text(of: failure)) else { return }
        let channel = context.channel
        try? channel.syncOptions?.setOption(.autoRead, value: false)
        whenChanged(change)
        context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
            try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if let change = rest.accepted() { whenChanged(change) }
        context.fireChannelRead(data)
    }
}
