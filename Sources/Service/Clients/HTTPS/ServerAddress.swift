/// Where a server is reached: a host name or an IP address, and a port.
public struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name or an IP address, without the brackets of IPv6.
    public let host: String
    public let port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// As RFC 3986 §3.2 writes it: `HOST:PORT`, `[2001:db8::1]:8443`.
    public var description: String { "\(hostText):\(port)" }

    /// RFC 9110 §7.2: the host, and the port where it is not the scheme's own.
    var hostField: String { port == 443 ? hostText : description }

    private var hostText: String { host.contains(":") ? "[\(host)]" : host }
}
