internal import NIOCore

/// Bounds the time from the first octet of a request's head to its last, on HTTP/1.1: who sends a head drop by drop loses
/// the connection. It stands before the decoder; `HTTP1Connection`, behind it, tells it what has become of the octets.
final class HeadDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let deadline: TimeAmount
    private let missed: () -> Void
    private var alarm: Scheduled<Void>?
    /// Something of a head has come. One that comes whole, as an honest one does, sets no alarm.
    private var hasBegun = false
    /// Octets that come now belong to a head.
    private var awaitsHead = true

    init(_ deadline: TimeAmount, missed: @escaping () -> Void) {
        self.deadline = deadline
        self.missed = missed
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if awaitsHead { hasBegun = true }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if awaitsHead, hasBegun, alarm == nil {
            let channel = context.channel
            alarm = context.eventLoop.assumeIsolated().scheduleTask(in: deadline) { [missed] in
                missed()
                channel.close(promise: nil)
            }
        }
        context.fireChannelReadComplete()
    }

    func handlerRemoved(context: ChannelHandlerContext) { alarm?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        alarm?.cancel()
        alarm = nil
        context.fireChannelInactive()
    }

    func headArrived() {
        alarm?.cancel()
        alarm = nil
        awaitsHead = false
        hasBegun = false
    }

    func requestEnded() { awaitsHead = true }
}
