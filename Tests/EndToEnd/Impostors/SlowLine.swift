import Foundation
import SymbolonTestSupport
import Synchronization

/// Carries connections to another port, one byte in each segment.
final class SlowLine: Sendable {
    private let listener: ListeningSocket
    private let count = Atomic<Int>(0)

    var port: Int { listener.port }
    /// Segments sent towards the other port.
    var pieces: Int { count.load(ordering: .relaxed) }

    init(to port: Int) throws {
        listener = try ListeningSocket()
        listener.start { [weak self] near in
            guard let far = try? Socket.connectNow(port) else { return }
            for socket in [near, far] {
                var yes: Int32 = 1
                _ = unsafe setsockopt(
                    socket.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
            }
            Thread.detachNewThread { Self.carry(far, near) {} }
            Self.carry(near, far) { self?.count.wrappingAdd(1, ordering: .relaxed) }
        }
    }

    private static func carry(_ from: Socket, _ to: Socket, _ carried: () -> Void) {
        while let bytes = try? from.readNow(), !bytes.isEmpty {
            for byte in bytes {
                guard (try? to.writeNow([byte])) != nil else { return }
                carried()
            }
        }
        to.endOutput()
    }
}
