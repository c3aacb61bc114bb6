import Foundation
import Synchronization

/// A service manager as a process sees it: a datagram socket that is told things (sd_notify(3)), and what it was told.
public final class NotifySocket: Sendable {
    /// As `NOTIFY_SOCKET` names it.
    public let address: String
    private let descriptor: Int32
    private let said = Mutex<[String]>([])

    /// - Parameter name: of the abstract namespace, which begins with `@`; or a path.
    public init(at name: String) throws {
        address = name
        let made = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        descriptor = made
        var octets = Array(name.utf8)
        let isAbstract = name.hasPrefix("@")
        if isAbstract { octets[0] = 0 }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: octets) }
        let length = socklen_t(2 + octets.count + (isAbstract ? 0 : 1))
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(made, $0, length) }
        }
        guard result == 0 else { throw Socket.Failure(call: "bind", code: errno) }
        Thread.detachNewThread { [weak self] in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while case let count = unsafe recv(made, &buffer, buffer.count, 0), count > 0 {
                let text = String(decoding: buffer.prefix(count), as: UTF8.self)
                guard let self else { return }
                self.said.withLock { $0.append(text) }
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    /// Each datagram, as it came.
    public var all: [String] { said.withLock { $0 } }

    /// Waits until it has been told, as often as that.
    public func hears(_ line: String, times: Int = 1) async throws -> Bool {
        try await eventually { all.count { $0.split(separator: "\n").contains { $0.hasPrefix(line) } } >= times }
    }
}
