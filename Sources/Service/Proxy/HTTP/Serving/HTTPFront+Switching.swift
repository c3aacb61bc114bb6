internal import NIOCore
internal import NIOHTTP1

/// Where HTTP ends on a connection, and WebSocket begins (RFC 6455 §4.2.2).
extension HTTPFront {
    /// Gives the channel over to `leg`, first what has come behind the request. The future succeeds when nothing of HTTP stands
    /// before it any more.
    func become(_ leg: TunnelLeg) throws -> EventLoopFuture<Void> {
        guard let context else { throw ChannelError.ioOnClosedChannel }
        let pipeline = context.pipeline.syncOperations
        try pipeline.addHandler(leg)
        if isStream {
            let loop = context.eventLoop
            let codec = try pipeline.handler(type: HTTP2RequestCodec.self)
            guard let socket = codec.takeSocket() else { throw ChannelError.operationUnsupported }
            pipeline.removeHandler(self, promise: nil)
            pipeline.removeHandler(codec, promise: nil)
            try pipeline.addHandler(socket, position: .first)
            return loop.makeSucceededVoidFuture()
        }
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
