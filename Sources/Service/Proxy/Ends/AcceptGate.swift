internal import Glibc
package import NIOCore
internal import SymbolonTransport

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

/// Rests accepting when descriptors or memory run short, and takes it up again: on the listener, before everything else.
///
/// Without it the listener would be told of the waiting client again at once, and again, and use a whole core.
/// It accepts one client a turn, so that each is asked for a descriptor outside the reserve.
package final class AcceptGate: ChannelDuplexHandler {
    package typealias InboundIn = any Channel
    package typealias OutboundIn = Never

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

    package func handlerAdded(context: ChannelHandlerContext) {
        try? context.channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let failure = error as? IOError else { return context.fireErrorCaught(error) }
        pause(context, failure)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if let change = rest.accepted() { whenChanged(change) }
        context.fireChannelRead(data)
    }

    /// The listener is about to accept.
    package func read(context: ChannelHandlerContext) {
        if !restsForWantOfDescriptors(context) { context.read() }
    }

    private func restsForWantOfDescriptors(_ context: ChannelHandlerContext) -> Bool {
        guard DescriptorReserve.services.isNext else { return false }
        pause(context, IOError(errnoCode: EMFILE, reason: "accept"))
        return true
    }

    private func pause(_ context: ChannelHandlerContext, _ failure: IOError) {
        guard let change = rest.failed(failure.errnoCode, because: text(of: failure)) else { return }
        let options = context.channel.syncOptions
        try? options?.setOption(.autoRead, value: false)
        whenChanged(change)
        context.eventLoop.assumeIsolated().scheduleTask(in: pause) { [self] in
            // It accepts with this, and asks nobody before.
            if context.channel.isActive, !restsForWantOfDescriptors(context) {
                try? options?.setOption(.autoRead, value: true)
            }
        }
    }
}
