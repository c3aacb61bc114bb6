package import NIOCore
internal import SymbolonNames

/// What counts as one stranger when handshakes are limited: an IPv4 address, or an IPv6 /64 network.
package struct PeerAddress: Hashable, Sendable {
    private let bits: UInt64

    /// Sockets without an IP address, such as Unix domain sockets, count as one stranger.
    package init(_ address: SocketAddress?) {
        let octets = address?.unmappedIP?.bytes ?? []
        // All IPv4 clients of a socket that takes both kinds share one /64 (RFC 4291 §2.5.5.2): they are told apart as IPv4.
        // IPv4 addresses take the numbers of the /64 networks in 0000::/8, which is not assigned (RFC 4291 §2.4).
        let counted = octets.prefix(8)
        bits = counted.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
