/// Triggered as an outbound event, cuts the connection at once and without close_notify, so that the peer sees truncation
/// or, with the socket's linger time set to zero, a reset: how a failure on the far side of a proxy is passed on.
public struct AbandonConnection: Sendable {
    public init() {}
}
