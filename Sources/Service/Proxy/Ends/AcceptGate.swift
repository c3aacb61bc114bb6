internal import Glibc
package import NIOCore

/// Rests accepting when descriptors or memory run out, and takes it up again: on the listener, before everything else.
///
/// Without it the listener would be told of the waiting client again at once, and again, and use a whole core.
package final class AcceptGate: ChannelInboundHandler {
    package typealias InboundIn = any Channel

    private let pause: TimeAmount
    private let whenChanged: (Change) -> Void
    private var isResting = false

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
        switch failure.errnoCode {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: rest(context, because: text(of: failure))
        // One client less (accept(2)); the listener goes on.
        default: break
        }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isResting {
            isResting = false
            whenChanged(.resumed)
        }
        context.fireChannelRead(data)
    }

    private func rest(_ context: ChannelHandlerContext, because reason: String) {
        let channel = context.channel
        try? channel.syncOptions?.setOption(.autoRead, value: false)
        whenChanged(isResting ? .triedAgain : .paused(because: reason))
        isResting = true
        context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
            try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }
}
