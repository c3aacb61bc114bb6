import Foundation
import Synchronization

/// A service that knows nothing of certificates, and counts what it is sent.
public final class Backend: Sendable {
    public enum Behaviour: Sendable {
        /// Sends back what it is sent.
        case echoes
        /// Answers the first line with one of its own, and hangs up.
        case answers
    }

    public static let answer = "served\n"

    private let listener: ListeningSocket
    private let received = Atomic<Int>(0)

    public var port: Int { listener.port }
    /// Bytes that reached the service.
    public var bytes: Int { received.load(ordering: .sequentiallyConsistent) }
    public var connections: Int { listener.accepted }

    public init(_ behaviour: Behaviour = .echoes) throws {
        listener = try ListeningSocket()
        listener.start { [weak self] socket in
            while let bytes = try? socket.readNow(), !bytes.isEmpty {
                self?.received.wrappingAdd(bytes.count, ordering: .sequentiallyConsistent)
                switch behaviour {
                case .echoes:
                    guard (try? socket.writeNow(bytes)) != nil else { return }
                case .answers where bytes.contains(0x0A):
                    try? socket.writeNow(Array(Self.answer.utf8))
                    return
                case .answers:
                    continue
                }
            }
            socket.endOutput()
        }
    }
}
