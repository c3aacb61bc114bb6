public import NIOCore
internal import SymbolonRevocation

/// What strangers and neighbours may use of the authority's server.
///
/// A peer is the identity that it proved; who proved none is its IPv4 address, or its IPv6 /64 network.
public struct ServerLimits: Equatable, Sendable {
    /// Connections in all. Further ones wait in the listener's queue.
    public var connections = 4_096
    /// Connections from one address or /64 network. Further ones are closed at once.
    public var connectionsPerAddress = 256
    /// Requests under way from one peer.
    public var concurrentRequests = 64
    /// Requests a second from one peer, over time. 200: an ACME order takes about ten.
    public var requestsPerSecond = 200.0
    /// What a peer that was quiet may ask at once beyond that rate.
    public var burst = 400.0

    /// All fields of a request's head, in bytes (RFC 6585 §5).
    public var headerBytes = 16 * 1024
    public var headerFields = 100
    /// From the first octet of a request's head to its last. An honest head comes in one packet.
    public var headDeadline: TimeAmount = .seconds(10)
    /// The whole of a request's body, in bytes: a PKCS #10 request with a hundred names is some 8 KiB.
    public var bodyBytes = 64 * 1024
    /// The same on the public port, where the largest is a question to the responder.
    var publicBodyBytes = PresentedQuestion.largest
    /// From the end of the head to the end of the body.
    public var bodyDeadline: TimeAmount = .seconds(20)
    /// How long a connection may lie idle between requests.
    public var idle: TimeAmount = .seconds(60)

    public init() {}
}
