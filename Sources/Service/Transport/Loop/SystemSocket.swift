internal import CLinux
internal import Glibc
package import NIOCore

/// The system calls of stream sockets, with their answers as values. Every socket is non-blocking and closed on exec.
package enum SystemSocket {
    /// What an attempt to move bytes came to.
    enum Moved {
        case count(Int)
        /// Not now.
        case blocked
        case failed(CInt)
    }

    static func make(for address: SocketAddress) -> Result<Descriptor, StreamFailure> {
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let number = socket(CInt(family(of: address)), kind, 0)
        return number < 0 ? .failure(.system(errno)) : .success(Descriptor(number))
    }

    private static func family(of address: SocketAddress) -> sa_family_t {
        switch address {
        case .v4: sa_family_t(AF_INET)
        case .v6: sa_family_t(AF_INET6)
        case .unixDomainSocket: sa_family_t(AF_UNIX)
        }
    }

    /// Small answers leave at once.
    static func sendsAtOnce(_ number: CInt) {
        var yes: CInt = 1
        _ = unsafe setsockopt(number, CInt(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<CInt>.size))
    }

    /// Closing is a reset from now on (RFC 9293 §3.10.7.4).
    static func closesWithReset(_ number: CInt) {
        var value = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(number, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    /// The error that waits at a socket, taken from it; 0: none.
    static func takeError(_ number: CInt) -> CInt {
        var code: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        return unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno
    }

    /// tcp(7), TCP_INFO: `tcpi_last_data_recv`, in milliseconds.
    static func silence(of number: CInt) -> TimeAmount? {
        let milliseconds = symbolon_silence(number)
        return milliseconds < 0 ? nil : .milliseconds(milliseconds)
    }

    /// Returns 0, or the error's number; `EINPROGRESS` is not yet one.
    static func connect(_ number: CInt, to address: SocketAddress) -> CInt {
        unsafe address.withSockAddr { unsafe Glibc.connect(number, $0, socklen_t($1)) } == 0 ? 0 : errno
    }

    /// A client that waits at a listener, with its address.
    static func accept(from listener: CInt) -> Result<(Descriptor, SocketAddress?), StreamFailure> {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let number = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe symbolon_accept(listener, $0, &size)
            }
        }
        guard number >= 0 else { return .failure(.system(errno)) }
        return .success((Descriptor(number), address(in: storage)))
    }

    /// Where a socket listens, or the near end of its connection; nil: it is none.
    package static func localAddress(of number: CInt) -> SocketAddress? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(number, $0, &size) }
        }
        return result == 0 ? address(in: storage) : nil
    }

    /// The memory of a `sockaddr_storage` is as large and as aligned as that of any address (POSIX.1-2017, <sys/socket.h>).
    private static func address(in storage: sockaddr_storage) -> SocketAddress? {
        var storage = storage
        return unsafe withUnsafePointer(to: &storage) { pointer in
            switch unsafe CInt(pointer.pointee.ss_family) {
            case AF_INET:
                unsafe pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { unsafe SocketAddress($0.pointee) }
            case AF_INET6:
                unsafe pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    unsafe SocketAddress($0.pointee)
                }
            case AF_UNIX:
                unsafe pointer.withMemoryRebound(to: sockaddr_un.self, capacity: 1) { unsafe SocketAddress($0.pointee) }
            default: nil
            }
        }
    }

    /// Receives into the whole of `buffer`, whose bytes are forgotten. A count of 0: the peer has ended what it sends.
    static func receive(from number: CInt, into buffer: inout ByteBuffer, atMost limit: Int) -> Moved {
        buffer.clear(minimumCapacity: StreamLoop.bufferSize)
        var result = 0
        var code: CInt = 0
        unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 0) { space in
            repeat {
                result = unsafe recv(number, space.baseAddress, min(space.count, limit), 0)
                code = errno
            } while result < 0 && code == EINTR
            return max(0, result)
        }
        return moved(result, code)
    }

    static func send(_ bytes: ByteBuffer, to number: CInt) -> Moved {
        unsafe bytes.withUnsafeReadableBytes { source in
            var result = 0
            repeat {
                result = unsafe Glibc.send(number, source.baseAddress, source.count, CInt(MSG_NOSIGNAL))
            } while result < 0 && errno == EINTR
            return moved(result, errno)
        }
    }

    private static func moved(_ result: Int, _ code: CInt) -> Moved {
        if result >= 0 { return .count(result) }
        return code == EAGAIN || code == EWOULDBLOCK ? .blocked : .failed(code)
    }
}
