internal import Glibc
internal import NIOCore
internal import SymbolonTransport

extension ChannelHandlerContext {
    /// Where what is written goes past TLS, straight to the socket: the TLS handler's own place in the pipeline, where there is
    /// one.
    var belowTLS: ChannelHandlerContext {
        (try? pipeline.syncOperations.context(handlerType: TLSHandler.self)) ?? self
    }

    /// Closes so that the peer sees a break: TCP reset (RFC 9293 §3.10.7), and no close_notify before it.
    func reset() {
        // Of a stream of HTTP/2 that carries a WebSocket.
        triggerUserOutboundEvent(HTTP2Socket.Break(), promise: nil)
        (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenFailure { _ in }
        belowTLS.close(mode: .all, promise: nil)
    }

    /// The same of this end's own will: the peer is told why first. Where bytes for it still wait here they are not sent any
    /// more, so that there is nothing to say the alert after: then it is a reset. Returns whether the alert was said.
    func cut(saying alert: TLSAlert) -> Bool {
        guard (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) == 0 else {
            reset()
            return false
        }
        triggerUserOutboundEvent(AbandonConnection(saying: alert), promise: nil)
        return true
    }
}
