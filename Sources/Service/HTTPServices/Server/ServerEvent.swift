/// What the server has to say to its operator.
public enum ServerEvent: Sendable {
    /// `address` is `host:port`, with the port that the system chose.
    case listening(address: String)
    /// Lists are served there, to everybody.
    case publishing(address: String)
    /// A page of metrics is served there.
    case measuring(address: String)
    /// None could be made or published; those that are there stay. Told once for each reason.
    case publicationFailed(PublicationKind, because: String)
    case publicationResumed(PublicationKind)
    /// A connection ended before it was one. `reason` is one of a fixed set of words, for counting.
    case handshakeRefused(address: String, reason: String, explanation: String)
    /// A peer asked for more than it may: `limit` is a word for counting.
    case limited(peer: String, address: String, limit: String)
    /// A live connection ended because its peer's proof no longer holds.
    case cut(peer: String, address: String)
    /// A route broke: the peer was told nothing but the request's id.
    case failed(request: String, because: String)
    case acceptPaused(because: String)
    case acceptResumed
    case trustReplaced(cut: Int)
    case stopped
}

/// Whom a server tells. Called on event loops and tasks: it must not block.
public protocol ServerObserver: Sendable {
    func server(_ event: ServerEvent)
}
