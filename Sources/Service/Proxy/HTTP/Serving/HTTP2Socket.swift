internal import NIOCore
internal import NIOHTTP2

/// The octets of a WebSocket in the frames of one HTTP/2 stream (RFC 8441 §5): the end of a direction is END_STREAM, and a break
/// is a reset.
final class HTTP2Socket: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = HTTP2Frame.FramePayload

    /// Triggered as an outbound event: what closes next is a break, and no end.
    struct Break {}

    /// What has come before it stood in the pipeline; a stream's window bounds it.
    private var kept: [ByteBuffer] = []
    private var isInputEnded: Bool
    private var isOutputEnded = false
    private var isBreaking = false

    init(isInputEnded: Bool) { self.isInputEnded = isInputEnded }

    func keep(_ payload: HTTP2Frame.FramePayload) {
        guard case .data(let data) = payload, case .byteBuffer(let octets) = data.data else { return }
        if octets.readableBytes > 0 { kept.append(octets) }
        if data.endStream { isInputEnded = true }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        for octets in kept { context.fireChannelRead(wrapInboundOut(octets)) }
        kept = []
        if isInputEnded { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .data(let data) = unwrapInboundIn(data), case .byteBuffer(let octets) = data.data else { return }
        if octets.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(octets)) }
        guard data.endStream, !isInputEnded else { return }
        isInputEnded = true
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let octets = HTTP2Frame.FramePayload.Data(data: .byteBuffer(unwrapOutboundIn(data)))
        context.write(wrapOutboundOut(.data(octets)), promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        // The stream is over with the second end.
        guard !isBreaking, mode == .output || (mode == .all && isInputEnded) else {
            return context.close(mode: mode, promise: promise)
        }
        guard !isOutputEnded else {
            promise?.succeed()
            return
        }
        isOutputEnded = true
        let end = HTTP2Frame.FramePayload.Data(data: .byteBuffer(ByteBuffer()), endStream: true)
        context.writeAndFlush(wrapOutboundOut(.data(end)), promise: promise)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is Break else { return context.triggerUserOutboundEvent(event, promise: promise) }
        isBreaking = true
        promise?.succeed()
    }
}
