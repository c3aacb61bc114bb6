import Dispatch
import Synchronization

/// A session and the one thread that uses it: nothing else waits for the server.
final class PostgreSQLThread: Sendable {
    private let queue: DispatchQueue
    private let session: Mutex<PostgreSQLSession>

    init(_ name: String, _ address: PostgreSQLAddress, patience: Double) {
        queue = DispatchQueue(label: "symbolon.postgresql.\(name)")
        session = Mutex(PostgreSQLSession(address, patience: patience))
    }

    /// Runs `work` after all that was given before. The lock is never waited for: the queue is serial.
    func async(_ work: @escaping @Sendable (PostgreSQLSession) -> Void) {
        queue.async { self.session.withLock { work($0) } }
    }
}
