internal import NIOCore
internal import SymbolonNames

extension SocketAddress {
    /// The IP address; of an IPv4 peer of a socket that takes both kinds the IPv4 address. None of a Unix domain socket.
    var unmappedIP: IPAddress? {
        // <netinet/in.h>: family and port, then the address; of IPv6 the flow information stands before it.
        switch self {
        case .v4: octets(4..<8)
        case .v6: octets(8..<24)?.unmapped
        case .unixDomainSocket: nil
        }
    }

    private func octets(_ range: Range<Int>) -> IPAddress? {
        unsafe withSockAddr { address, size in
            let all = unsafe UnsafeRawBufferPointer(start: address, count: size)
            return size < range.upperBound ? nil : unsafe try? IPAddress(bytes: Array(all[range]))
        }
    }
}
