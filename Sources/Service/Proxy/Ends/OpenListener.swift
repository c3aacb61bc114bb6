internal import Glibc
public import NIOCore
internal import SymbolonTransport

/// A socket that listens: bound by this process, or handed to it by whoever started it, or by the one that it replaces.
/// Closed with the last reference to it; that ends nothing where another process has it too.
public final class OpenListener: Sendable {
    public let descriptor: CInt

    public struct Unfit: Error, Equatable, Sendable {
        public let explanation: String
    }

    /// - Parameter descriptor: nobody else's to close.
    public init(adopting descriptor: CInt) throws(Unfit) {
        self.descriptor = descriptor
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
            throw Unfit(explanation: "descriptor \(descriptor) is not open: \(Self.words(errno))")
        }
        guard Self.option(SO_TYPE, of: descriptor) == CInt(SOCK_STREAM.rawValue) else {
            throw Unfit(explanation: "descriptor \(descriptor) is no stream socket")
        }
        guard Self.option(SO_ACCEPTCONN, of: descriptor) == 1 else {
            throw Unfit(explanation: "descriptor \(descriptor) does not listen")
        }
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
            throw Unfit(explanation: "descriptor \(descriptor) cannot be made non-blocking: \(Self.words(errno))")
        }
    }

    /// Binds an address and listens there.
    /// - Parameter backlog: of connections that wait to be accepted.
    init(at address: SocketAddress, backlog: CInt) throws(IOError) {
        let family =
            switch address {
            case .v4: AF_INET
            case .v6: AF_INET6
            case .unixDomainSocket: AF_UNIX
            }
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = socket(CInt(family), kind, 0)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        var yes: CInt = 1
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        let bound = unsafe address.withSockAddr { unsafe bind(descriptor, $0, socklen_t($1)) }
        guard bound == 0, listen(descriptor, backlog) == 0 else {
            throw IOError(errnoCode: errno, reason: "bind \(address)")
        }
    }

    /// Binds it before there is an end, for a process that may not do so later.
    public convenience init(at endpoint: Endpoint) throws(EndFailure) {
        do {
            let address =
                switch endpoint {
                case .host(let host, let port): try SocketAddress.makeAddressResolvingHost(host, port: port)
                case .socket(let path): try SocketAddress(unixDomainSocketPath: path)
                }
            // 1,024: a second's connections at the rate that one core proves them.
            try self.init(at: address, backlog: 1_024)
        } catch {
            throw .cannotListen(at: endpoint, because: text(of: error))
        }
    }

    deinit { _ = close(descriptor) }

    /// Another descriptor of the same socket, which stays open in a program that this process executes.
    public func inherited() throws(Unfit) -> CInt {
        let copy = fcntl(descriptor, F_DUPFD, 3)
        guard copy >= 0 else { throw Unfit(explanation: "no descriptor is left: \(Self.words(errno))") }
        return copy
    }

    /// Where it listens.
    public var address: SocketAddress? { SystemSocket.localAddress(of: descriptor) }

    /// Another descriptor of the same socket, whoever gets it has to close it.
    func duplicate() throws(IOError) -> CInt {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw IOError(errnoCode: errno, reason: "dup") }
        return copy
    }

    private static func option(_ name: CInt, of descriptor: CInt) -> CInt? {
        var value: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        return unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : nil
    }

    private static func words(_ code: CInt) -> String { unsafe String(cString: strerror(code)) }
}
