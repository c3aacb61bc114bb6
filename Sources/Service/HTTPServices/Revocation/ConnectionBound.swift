internal import NIOCore
internal import Synchronization

/// Takes no more connections than there may be, on the listener: further ones wait in its queue.
final class ConnectionBound: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = any Channel

    private final class Count: Sendable {
        let connections = Atomic(0)
        /// The listener does not read; who ends tells it.
        let isHeld = Atomic(false)
    }

    private let most: Int
    private let count = Count()

    init(_ most: Int) { self.most = most }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let (count, listener) = (count, NIOLoopBound(context, eventLoop: context.eventLoop))
        let eventLoop = context.eventLoop
        count.connections.add(1, ordering: .sequentiallyConsistent)
        unwrapInboundIn(data).closeFuture.whenComplete { _ in
            count.connections.subtract(1, ordering: .sequentiallyConsistent)
            guard count.isHeld.exchange(false, ordering: .sequentiallyConsistent) else { return }
            eventLoop.execute { listener.value.channel.read() }
        }
        context.fireChannelRead(data)
    }

    /// A listener takes several connections with one read, so there may be some more than `most`.
    func read(context: ChannelHandlerContext) {
        if count.connections.load(ordering: .sequentiallyConsistent) < most { return context.read() }
        count.isHeld.store(true, ordering: .sequentiallyConsistent)
        // One may have ended meanwhile, and told nobody.
        guard count.connections.load(ordering: .sequentiallyConsistent) < most,
            count.isHeld.exchange(false, ordering: .sequentiallyConsistent)
        else { return }
        context.read()
    }
}
