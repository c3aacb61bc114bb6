package import NIOCore

/// Where an end listens, or where it connects to.
public enum Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// A host name or an IP address, and a TCP port from 0 to 65535; 0 lets the system choose, when listening.
    case host(String, port: Int)
    /// A Unix domain socket.
    case socket(path: String)

    public var description: String {
        switch self {
        case .host(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .socket(let path): "unix:\(path)"
        }
    }

    /// The address, if it needs no name service.
    var literalAddress: SocketAddress? {
        switch self {
        case .host(let host, let port): try? SocketAddress(ipAddress: host, port: port)
        case .socket(let path): try? SocketAddress(unixDomainSocketPath: path)
        }
    }
}

extension SocketAddress {
    /// The address as an operator writes it: `192.0.2.1:443`, `[2001:db8::1]:443`, `unix:/path`.
    package var text: String {
        guard let ipAddress, let port else { return "unix:\(pathname ?? "")" }
        return Endpoint.host(ipAddress, port: port).description
    }
}
