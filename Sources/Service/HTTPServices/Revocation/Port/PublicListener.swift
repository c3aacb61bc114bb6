internal import Glibc
internal import NIOCore

/// A listening TCP socket, which may be waited on by several threads.
struct PublicListener: Sendable {
    let descriptor: CInt
    /// With the port that the system chose, where none was asked for.
    let address: SocketAddress

    /// A connection is told of with its first octets, or when its peer has sent none for so many seconds.
    private static let patience: CInt = 1

    init(_ wanted: SocketAddress) throws(IOError) {
        let family = unsafe wanted.withSockAddr { address, _ in unsafe CInt(address.pointee.sa_family) }
        let opened = socket(family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), CInt(IPPROTO_TCP))
        guard opened >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        do throws(IOError) {
            try Self.set(SO_REUSEADDR, of: SOL_SOCKET, to: 1, on: opened)
            try Self.set(TCP_DEFER_ACCEPT, of: CInt(IPPROTO_TCP), to: Self.patience, on: opened)
            let isBound = unsafe wanted.withSockAddr { unsafe bind(opened, $0, socklen_t($1)) == 0 }
            guard isBound else { throw IOError(errnoCode: errno, reason: "bind") }
            guard listen(opened, 1_024) == 0 else { throw IOError(errnoCode: errno, reason: "listen") }
            address = try Self.address(of: opened)
        } catch {
            _ = Glibc.close(opened)
            throw error
        }
        descriptor = opened
    }

    private static func set(_ name: CInt, of level: CInt, to value: CInt, on descriptor: CInt) throws(IOError) {
        var value = value
        guard unsafe setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<CInt>.size)) == 0 else {
            throw IOError(errnoCode: errno, reason: "setsockopt")
        }
    }

    private static func address(of descriptor: CInt) throws(IOError) -> SocketAddress {
        let (result, address) = unsafe PeerSocket.named { address, length in
            unsafe getsockname(descriptor, address, length)
        }
        guard result == 0, let address else { throw IOError(errnoCode: errno, reason: "getsockname") }
        return address
    }

    /// Waits for a connection.
    /// - Returns: nil: there is none, and `errno` says why.
    func accept() -> PeerSocket? {
        let (accepted, address) = unsafe PeerSocket.named { address, length in
            unsafe Glibc.accept(descriptor, address, length)
        }
        return accepted < 0 ? nil : PeerSocket(descriptor: accepted, address: address)
    }

    /// Whoever waits is told that there will be none any more, and new connections are refused.
    func end() { _ = shutdown(descriptor, CInt(SHUT_RDWR)) }

    /// When nobody waits on it any more.
    func close() { _ = Glibc.close(descriptor) }
}

/// A connection that nobody but one thread knows of yet. Nothing here waits.
struct PeerSocket: Sendable {
    let descriptor: CInt
    let address: SocketAddress?

    /// - Returns: how many octets came; 0: the peer sends no more; -1: nothing has come, or it is broken.
    func receive(into octets: inout [UInt8]) -> Int {
        unsafe octets.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, CInt(MSG_DONTWAIT)) }
    }

    /// Sends what the system takes at once.
    /// - Returns: false: it is broken.
    func send(_ buffer: inout ByteBuffer) -> Bool {
        let flags = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)
        let sent = unsafe buffer.withUnsafeReadableBytes {
            unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, flags)
        }
        guard sent >= 0 else { return errno == EAGAIN }
        buffer.moveReaderIndex(forwardBy: sent)
        return true
    }

    func close() { _ = Glibc.close(descriptor) }

    /// Calls a function of the system that writes the address of a socket.
    fileprivate static func named(
        _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> CInt
    ) -> (result: CInt, address: SocketAddress?) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe call($0, &length) }
        }
        guard result >= 0 else { return (result, nil) }
        return (
            result,
            unsafe withUnsafePointer(to: storage) { pointer in
                switch CInt(storage.ss_family) {
                case AF_INET:
                    unsafe pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                        unsafe SocketAddress($0.pointee)
                    }
                case AF_INET6:
                    unsafe pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                        unsafe SocketAddress($0.pointee)
                    }
                default: nil
                }
            }
        )
    }
}
