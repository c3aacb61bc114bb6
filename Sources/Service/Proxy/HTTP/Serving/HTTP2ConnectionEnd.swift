internal import NIOCore
internal import NIOHTTP2

/// Stands behind the library's handler, which says GOAWAY where a connection has failed (RFC 9113 §5.4.1) and leaves its closing
/// to others.
final class HTTP2ConnectionEnd: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    /// The other side takes no more requests.
    var whenLeaving: (() -> Void)?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .goAway = unwrapInboundIn(data).payload { whenLeaving?() }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Of one stream (§5.4.2): the others go on.
        if !(error is NIOHTTP2Errors.StreamError) { context.close(promise: nil) }
    }
}
