internal import Glibc
internal import NIOCore
internal import SymbolonTransport

/// One leg of a connection: the last handler of its channel, passing bytes to its partner on the same event loop.
///
/// Back-pressure is `read()`: while the partner cannot take more, this leg does not ask its socket for more. What the
/// kernel delivers unasked (the rest of a stream that has ended) is bounded by the socket's receive buffer.
/// Confined to its event loop.
final class SpliceLeg: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Where the bytes that this leg reads go.
    private enum Flow {
        /// A TLS handshake is under way below: reads pass, bytes are kept.
        case proving
        /// The other leg is not there yet, or not proved: reads are held, bytes are kept.
        case waiting
        case spliced(SpliceLeg)
        case over
    }

    let side: Side
    /// TLS runs on this leg's channel, in the handler before this one.
    let isSecure: Bool
    /// Set while there is somebody to report to; the cycle ends with the channel.
    private var connection: Connection?
    private var flow: Flow
    private var context: ChannelHandlerContext?
    private var isWritable = true
    private var isReadHeld = false
    private var kept: [ByteBuffer] = []
    /// The clean end of the input, seen before there was a partner to tell.
    private(set) var hasInputEnded = false
    /// All that was owed to this leg's peer is written and its output is closed.
    private var isSettled = false
    /// Bytes read from this leg's peer.
    private(set) var received: UInt64 = 0

    init(_ side: Side, secure: Bool) {
        self.side = side
        self.isSecure = secure
        self.flow = secure ? .proving : .waiting
    }

    var remoteAddress: SocketAddress? { context?.channel.remoteAddress }
    var localAddress: SocketAddress? { context?.channel.localAddress }

    // MARK: What the connection asks

    func report(to connection: Connection) {
        self.connection = connection
    }

    /// From here on no byte is read until `splice`; those already read are kept.
    func wait() {
        flow = .waiting
    }

    /// Begins to pass bytes to `partner`, first those kept.
    func splice(to partner: SpliceLeg) {
        flow = .spliced(partner)
        if !kept.isEmpty {
            for buffer in kept { partner.deliver(buffer) }
            kept = []
            partner.context?.flush()
        }
        if partner.isWritable { resumeReading() }
    }

    /// Writes out what is buffered for this leg's peer, then ends the output: FIN, or close_notify and FIN.
    ///
    /// The second half-close of a channel is a full close that waits for nothing (NIO) or not long (TLS), so this one
    /// waits until the socket has taken everything, however slowly the peer reads.
    func endOutput() {
        guard let context else { return }
        context.flush()
        let drained = context.eventLoop.makePromise(of: Void.self)
        below?.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: drained)
        drained.futureResult.assumeIsolated().whenSuccess { [self] in
            let ended = context.eventLoop.makePromise(of: Void.self)
            ended.futureResult.assumeIsolated().whenSuccess { [self] in isSettled = true }
            self.context?.close(mode: .output, promise: ended)
        }
    }

    /// Closes so that the peer sees a break: TCP reset (RFC 9293 §3.10.7), and on a TLS leg no close_notify before it.
    func reset() {
        flow = .over
        connection = nil
        guard let context else { return }
        (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenFailure { _ in
        }
        below?.close(mode: .all, promise: nil)
    }

    /// The same of this end's own will: a TLS leg tells its peer why first. Where bytes for the peer still wait here they are
    /// not sent to it any more, so that there is nothing to say the alert after: then it is a reset. Returns whether the alert
    /// was said.
    func cut(saying alert: TLSAlert) -> Bool {
        guard isSecure, !isSettled, let context,
            (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) == 0
        else {
            reset()
            return false
        }
        flow = .over
        connection = nil
        context.triggerUserOutboundEvent(AbandonConnection(saying: alert), promise: nil)
        return true
    }

    /// Closes in order: a TLS leg says close_notify first, or finishes saying its alert.
    func close() {
        flow = .over
        connection = nil
        context?.close(mode: .all, promise: nil)
    }

    // MARK: ChannelHandler

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        isWritable = context.channel.isWritable
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        connection = nil
        flow = .over
        kept = []
    }

    func read(context: ChannelHandlerContext) {
        switch flow {
        case .proving: context.read()
        case .spliced(let partner) where partner.isWritable: context.read()
        case .spliced, .waiting: isReadHeld = true
        case .over: break
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        received &+= UInt64(buffer.readableBytes)
        switch flow {
        case .spliced(let partner): partner.deliver(buffer)
        case .proving, .waiting: kept.append(buffer)
        case .over: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .spliced(let partner) = flow { partner.context?.flush() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if isWritable, case .spliced(let partner) = flow { partner.resumeReading() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let completed as TLSHandshakeCompleted:
            connection?.handshakeCompleted(completed.facts)
        case ChannelEvent.inputClosed:
            hasInputEnded = true
            connection?.inputEnded(side)
        case ChannelEvent.outputClosed:
            isSettled = true
        default:
            break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        isSettled = false
        connection?.legBroke(side, error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        flow = .over
        connection?.legGone(side, settled: isSettled)
    }

    /// Where what is written goes past TLS, straight to the socket: the TLS handler's own place in the pipeline.
    private var below: ChannelHandlerContext? {
        guard isSecure else { return context }
        return (try? context?.pipeline.syncOperations.context(handlerType: TLSHandler.self)) ?? context
    }

    // MARK: Between partners

    /// Every byte that leaves for this leg's peer leaves here.
    private func deliver(_ buffer: ByteBuffer) {
        connection?.willDeliver(buffer.readableBytes)
        context?.write(wrapOutboundOut(buffer), promise: nil)
    }

    private func resumeReading() {
        guard isReadHeld else { return }
        isReadHeld = false
        context?.read()
    }
}
