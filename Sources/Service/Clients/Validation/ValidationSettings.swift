public import NIOCore

/// Where and how challenges are validated. The defaults are those of the open Internet's ports.
public struct ValidationSettings: Sendable {
    public var networks = PermittedNetworks()
    /// RFC 8555 §8.3. Another than 80 proves less where others than the host's owner can listen.
    public var httpPort = 80
    /// To which http-01 may be redirected.
    public var httpsPort = 443
    /// RFC 8737 §3.
    public var tlsPort = 443
    /// For one connection. 5 s: a packet may be lost twice.
    public var connecting = TimeAmount.seconds(5)
    /// From the connection to the end of the response.
    public var response = TimeAmount.seconds(10)
    /// For one validation with all its connections.
    public var seconds = 30

    public init() {}
}
