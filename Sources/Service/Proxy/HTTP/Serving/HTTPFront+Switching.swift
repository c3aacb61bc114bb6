internal import NIOCore
internal import NIOHTTP1

/// Where HTTP ends on a connection, and WebSocket begins (RFC 6455 §4.2.2).
extension HTTPFront {
    /// Gives the channel over to `leg`, first what has come behind the request. The future succeeds when nothing of HTTP stands
    /// before it any more.
    func become(_ leg: TunnelLeg) throws -> EventLoopFuture<Void> {
        guard let pipeline = context?.pipeline.syncOperations else { throw ChannelError.ioOnClosedChannel }
        try pipeline.addHandler(leg)
        pipeline.removeHandler(self, promise: nil)
        pipeline.removeHandler(try pipeline.handler(type: HTTPResponseEncoder.self), promise: nil)
        return pipeline.removeHandler(try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self))
    }
}

extension BackendLink {
    func become(_ leg: TunnelLeg) throws -> EventLoopFuture<Void> {
        guard let pipeline = context?.pipeline.syncOperations else { throw ChannelError.ioOnClosedChannel }
        try pipeline.addHandler(leg)
        pipeline.removeHandler(self, promise: nil)
        pipeline.removeHandler(try pipeline.handler(type: HTTPRequestEncoder.self), promise: nil)
        return pipeline.removeHandler(try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self))
    }
}
