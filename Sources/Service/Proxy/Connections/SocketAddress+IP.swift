internal import NIOCore
internal import SymbolonNames

extension SocketAddress {
    /// The IP address; of an IPv4 peer of a socket that takes both kinds the IPv4 address. None of a Unix domain socket.
    var unmappedIP: IPAddress? { ipAddress.flatMap { try? IPAddress($0) }?.unmapped }
}
