public import NIOCore

/// What strangers and neighbours may use of an end.
///
/// Counts are for the whole end; each event loop keeps its own equal share, rounded up, so that counting needs no lock.
/// The handshake's deadline, and the bytes that a stranger may send in it, are TLS's own: `TLSSettings`.
public struct EndLimits: Equatable, Sendable {
    /// Live connections and handshakes together. 10,000: at 36 kB an idle connection that is 360 MB.
    /// Further ones are refused at once, so that a client with another address to try goes there.
    public var connections = 10_000

    /// Handshakes under way. 1,024: at 32 KiB for the largest message a stranger may send, 32 MiB.
    /// One more makes the oldest give way: an honest handshake takes milliseconds, so the oldest is one that stalls.
    public var handshakes = 1_024

    /// As `handshakes`, from one address (IPv4) or one /64 network (IPv6, the least that one customer is given:
    /// RFC 6177 §2). A quarter of all, so that four strangers are needed to crowd out a fifth.
    public var handshakesPerAddress = 256

    /// To the backend, or from a door to its service. 5 s: two lost SYNs (RFC 6298 §2: 1 s, then doubled).
    public var connectTimeout: TimeAmount = .seconds(5)

    /// How long accepting rests when descriptors run out, before it tries again. 100 ms: unseen by a person, and
    /// ten tries a second cost nothing.
    public var acceptPause: TimeAmount = .milliseconds(100)

    /// How long a newcomer may wait for this end while more come than it can serve; whoever has waited longer is turned away.
    /// 1 s: people wait as long for a page, and programs rarely less.
    public var patience: TimeAmount = .seconds(1)

    /// How long newcomers have waited longer than `patience` before any is turned away. 5 s: when all clients of a service
    /// come back at once, ten thousand are served within it.
    public var overloadSpell: TimeAmount = .seconds(5)

    public init() {}
}
