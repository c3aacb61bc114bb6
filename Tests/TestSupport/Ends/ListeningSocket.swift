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
        let socket = try Socket.make()
        var address = Socket.loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard unsafe bind(socket.descriptor, pointer, length) == 0, listen(socket.descriptor, 256) == 0 else {
                    return errno
                }
                return unsafe getsockname(socket.descriptor, pointer, &length)
            }
        }
        guard result == 0 else { throw Socket.Failure(call: "listen", code: result) }
        // Accepting waits for as long as the test lasts.
        var never = timeval(tv_sec: 0, tv_usec: 0)
        _ = unsafe setsockopt(
            socket.descriptor, SOL_SOCKET, SO_RCVTIMEO, &never, socklen_t(MemoryLayout<timeval>.size))
        self.socket = socket
        port = Int(in_port_t(bigEndian: address.sin_port))
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
