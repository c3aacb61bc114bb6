internal import NIOCore

/// One side of a WebSocket: the last handler of its channel, passing octets to its partner on the same event loop, reading no more
/// than that takes.
final class TunnelLeg: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var context: ChannelHandlerContext?
    private var partner: TunnelLeg?
    private var whenEnded: (() -> Void)?
    /// HTTP, which stood here before, may have been asked to read and have held it.
    private var isReadHeld = true
    private var hasInputEnded = false
    private var early: [ByteBuffer] = []

    /// - Parameter whenEnded: called once, when both sides have ended or either broke.
    func splice(to other: TunnelLeg, whenEnded: @escaping () -> Void) {
        (partner, other.partner) = (other, self)
        self.whenEnded = whenEnded
        for leg in [self, other] {
            for buffer in leg.early { leg.partner?.deliver(buffer) }
            leg.early = []
            leg.partner?.context?.flush()
            leg.resumeReading()
        }
    }

    /// Cuts both sides.
    func reset() {
        let partner = partner
        context?.reset()
        partner?.context?.reset()
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        early = []
    }

    private var canRead: Bool { partner?.context?.channel.isWritable ?? false }

    func read(context: ChannelHandlerContext) {
        if canRead { context.read() } else { isReadHeld = true }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        if let partner { partner.deliver(buffer) } else { early.append(buffer) }
    }

    func channelReadComplete(context: ChannelHandlerContext) { partner?.context?.flush() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { partner?.resumeReading() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        hasInputEnded = true
        guard let partner else { return context.close(promise: nil) }
        // RFC 6455 §7.1.1: whoever has said its close ends its side. The second end is the end of both.
        if partner.hasInputEnded {
            partner.context?.close(promise: nil)
            context.close(promise: nil)
        } else {
            partner.context?.flush()
            partner.context?.close(mode: .output, promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        context.fireChannelInactive()
        let (partner, ended) = (partner, whenEnded ?? partner?.whenEnded)
        self.partner = nil
        whenEnded = nil
        partner?.whenEnded = nil
        partner?.partner = nil
        // One that ended in order has nothing on its way; else its partner is not to take what it got for the whole.
        if hasInputEnded || partner?.hasInputEnded == true {
            partner?.context?.close(promise: nil)
        } else {
            partner?.context?.reset()
        }
        ended?()
    }

    private func deliver(_ buffer: ByteBuffer) { context?.write(wrapOutboundOut(buffer), promise: nil) }

    private func resumeReading() {
        guard isReadHeld, canRead else { return }
        isReadHeld = false
        context?.read()
    }
}
