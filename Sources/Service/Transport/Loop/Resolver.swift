internal import Dispatch
internal import Glibc
internal import NIOCore

/// The system's names (getaddrinfo(3)), asked off the event loops: it may take seconds.
enum Resolver {
    /// - Parameter finish: called on some other thread, with the addresses in the system's order (RFC 6724), the families in
    ///   turn (RFC 8305 §4); none: the name is not known.
    static func resolve(_ name: String, port: Int, finish: @escaping @Sendable ([SocketAddress]) -> Void) {
        DispatchQueue.global().async { finish(addresses(of: name, port: port)) }
    }

    private static func addresses(of name: String, port: Int) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(name, "\(port)", &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            let info = unsafe entry.pointee
            defer { unsafe next = info.ai_next }
            if let address = unsafe info.ai_addr {
                switch unsafe info.ai_family {
                case AF_INET:
                    unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                        unsafe found.append(SocketAddress($0.pointee, host: name))
                    }
                case AF_INET6:
                    unsafe address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                        unsafe found.append(SocketAddress($0.pointee, host: name))
                    }
                default: break
                }
            }
        }
        return inTurn(found)
    }

    static func inTurn(_ addresses: [SocketAddress]) -> [SocketAddress] {
        guard let first = addresses.first else { return [] }
        let one = addresses.filter { $0.protocol == first.protocol }
        let other = addresses.filter { $0.protocol != first.protocol }
        return (0..<max(one.count, other.count)).flatMap { index in
            [one, other].compactMap { $0.count > index ? $0[index] : nil }
        }
    }
}
