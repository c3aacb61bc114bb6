internal import NIOCore
internal import SymbolonTransport

/// Stands behind TLS on an accepted connection: lets nothing of HTTP by before the peer is proved and permitted, and counts what
/// goes by then.
final class HTTPGate: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Set while there is somebody to report to; the cycle ends with the channel.
    private var connection: HTTPConnection?
    private(set) var context: ChannelHandlerContext?
    private var isOpen = false
    private var kept: [ByteBuffer] = []
    /// Told once whether the client begins as clients of HTTP/2 do.
    private var prefaceKnown: ((_ isHTTP2: Bool) -> Void)?
    private(set) var received: UInt64 = 0
    private(set) var sent: UInt64 = 0

    func report(to connection: HTTPConnection) { self.connection = connection }

    /// Something has come, and waits.
    var holdsBytes: Bool { !kept.isEmpty }

    /// RFC 9113 §3.4.
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// Tells as soon as what came is the preface of HTTP/2, or cannot be any more.
    func whenPrefaceIsKnown(_ tell: @escaping (_ isHTTP2: Bool) -> Void) {
        prefaceKnown = tell
        lookForPreface()
    }

    private func lookForPreface() {
        guard let prefaceKnown else { return }
        let came = kept.flatMap { $0.readableBytesView.prefix(Self.preface.count) }.prefix(Self.preface.count)
        let isHTTP2 = Self.preface.starts(with: came)
        guard !isHTTP2 || came.count == Self.preface.count else { return }
        self.prefaceKnown = nil
        prefaceKnown(isHTTP2)
    }

    /// HTTP stands behind this in the pipeline now.
    func open() {
        isOpen = true
        guard let context, !kept.isEmpty else { return }
        for buffer in kept { context.fireChannelRead(wrapInboundOut(buffer)) }
        kept = []
        context.fireChannelReadComplete()
    }

    /// Closes so that the peer sees a break.
    func reset() {
        connection = nil
        context?.reset()
    }

    func cut(saying alert: TLSAlert) -> Bool {
        connection = nil
        return context?.cut(saying: alert) ?? false
    }

    /// Closes in order: TLS says close_notify first, or finishes saying its alert.
    func close() {
        connection = nil
        context?.close(mode: .all, promise: nil)
    }

    // MARK: ChannelHandler

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        connection = nil
        prefaceKnown = nil
        kept = []
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        received &+= UInt64(buffer.readableBytes)
        guard !isOpen else { return context.fireChannelRead(data) }
        kept.append(buffer)
        lookForPreface()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let buffer = unwrapOutboundIn(data)
        sent &+= UInt64(buffer.readableBytes)
        context.write(wrapOutboundOut(buffer), promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let completed = event as? TLSHandshakeCompleted {
            connection?.handshakeCompleted(completed.facts)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { connection?.broke(error) }

    func channelInactive(context: ChannelHandlerContext) {
        context.fireChannelInactive()
        connection?.gone()
    }
}
