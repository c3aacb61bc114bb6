import Foundation
import Synchronization

/// A loopback port that the system chose, and a thread for each connection to it.
public final class ListeningSocket: Sendable {
    public let port: Int
    private let socket: Socket
    private let count = Atomic<Int>(0)

    /// Connections so far.
    public var accepted: Int { count.load(ordering: .sequentiallyConsistent) }

    public init() throws {
        let (socket, port) = try Socket.bound()
        guard listen(socket.descriptor, 256) == 0 else { throw Socket.Failure(call: "listen", code: errno) }
        // Accepting waits for as long as the test lasts.
        var never = timeval(tv_sec: 0, tv_usec: 0)
        _ = unsafe setsockopt(
            socket.descriptor, SOL_SOCKET, SO_RCVTIMEO, &never, socklen_t(MemoryLayout<timeval>.size))
        self.socket = socket
        self.port = port
    }

    deinit { shutdown(socket.descriptor, Int32(SHUT_RDWR)) }

    /// Accepts until this is let go. A connection is closed when its work is done and nothing else keeps it.
    public func start(_ work: @escaping @Sendable (Socket) -> Void) {
        let listener = socket
        Thread.detachNewThread { [weak self] in
            while case let next = accept(listener.descriptor, nil, nil), next >= 0 {
                let connection = Socket(next)
                self?.count.wrappingAdd(1, ordering: .sequentiallyConsistent)
                Thread.detachNewThread { work(connection) }
            }
        }
    }
}

/// A port at which nobody listens.
public enum ClosedPort {
    /// Bound for as long as the process lives: one that was let go may be another test's in the next moment.
    private static let kept = Mutex<[Socket]>([])

    public static func make() throws -> Int {
        let (socket, port) = try Socket.bound()
        kept.withLock { $0.append(socket) }
        return port
    }
}

extension Socket {
    /// At a port of 127.0.0.1 that was free.
    fileprivate static func bound() throws -> (Socket, port: Int) {
        let socket = try make()
        var address = loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard unsafe bind(socket.descriptor, pointer, length) == 0 else { return errno }
                return unsafe getsockname(socket.descriptor, pointer, &length) == 0 ? 0 : errno
            }
        }
        guard result == 0 else { throw Failure(call: "bind", code: result) }
        return (socket, Int(in_port_t(bigEndian: address.sin_port)))
    }
}
