internal import NIOCore
internal import SymbolonProxy
internal import SymbolonTransport

/// Waits for the handshake, then lets HTTP into the pipeline, before the first octet of a request is passed on.
final class Negotiation<Outcome: Sendable>: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let outcome: EventLoopPromise<Outcome>
    private let proved: (SessionFacts) -> EventLoopFuture<Outcome>
    private let refused: (any Error) -> Void
    private var isDone = false

    /// - Parameters:
    ///   - proved: puts the handlers in place that the session asks for. Called once, on the event loop.
    ///   - refused: why there is no session.
    init(
        _ outcome: EventLoopPromise<Outcome>, proved: @escaping (SessionFacts) -> EventLoopFuture<Outcome>,
        refused: @escaping (any Error) -> Void
    ) {
        self.outcome = outcome
        self.proved = proved
        self.refused = refused
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard !isDone, let completed = event as? TLSHandshakeCompleted else {
            return context.fireUserInboundEventTriggered(event)
        }
        isDone = true
        proved(completed.facts).cascade(to: outcome)
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(TLSFailure.peerClosedDuringHandshake)
        context.fireChannelInactive()
    }

    private func end(_ error: any Error) {
        guard !isDone else { return }
        isDone = true
        refused(error)
        outcome.fail(error)
    }
}
