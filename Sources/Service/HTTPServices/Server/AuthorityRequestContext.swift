public import Hummingbird
internal import NIOCore

/// What every route knows of a request beside the request itself.
public struct AuthorityRequestContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// The channel of the request: the connection, or an HTTP/2 stream of it.
    let channel: any Channel
    let peer: PeerConnection?
    /// Tells this request apart in logs and answers. The framework's own is kept in a logger that this server does not have.
    public let requestID: String
    /// The request's body, where it has come already (`HTTP1Connection.Incoming`).
    var arrivedBody: ByteBuffer?

    public init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
        peer = PeerConnection.current
        requestID = RequestID().description
    }

    /// What the other end proved in the handshake.
    public var proof: PeerProof { peer?.proof ?? .none }
    /// `host:port` of the other end.
    public var address: String { peer?.address ?? "unknown" }
    /// The other end is this machine.
    public var isLoopback: Bool { peer?.isLoopback ?? false }
}
