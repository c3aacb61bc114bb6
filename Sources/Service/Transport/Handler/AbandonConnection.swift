/// Triggered as an outbound event, cuts the connection at once and without close_notify, so that the peer sees truncation
/// or, with the socket's linger time set to zero, a reset: how a failure on the far side of a proxy is passed on.
///
/// With an alert it is this end that gives up: the peer is told why (RFC 8446 §6.2), and has the closing deadline to read it.
public struct AbandonConnection: Sendable {
    /// The last word to a peer that was proved.
    public let alert: TLSAlert?

    public init(saying alert: TLSAlert? = nil) { self.alert = alert }
}
