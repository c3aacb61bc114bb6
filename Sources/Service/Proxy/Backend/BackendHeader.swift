/// What a backend is told of the peer before the connection's first byte.
public enum BackendHeader: String, Hashable, Sendable, CaseIterable {
    /// Nothing: the backend sees a connection from this end.
    case none
    /// The PROXY protocol, version 2, with what TLS proved (``ProxyHeader``). For backends that expect it: others take it
    /// for the first bytes of their own protocol.
    case proxyV2 = "v2"
}
