import Dispatch
import Synchronization

/// A session that one uses at a time, on a thread that may wait for the server.
final class PostgreSQLThread: Sendable {
    private let queue: DispatchQueue
    private let session: Mutex<PostgreSQLSession>

    init(_ name: String, _ address: PostgreSQLAddress, patience: Double) {
        queue = DispatchQueue(label: "symbolon.postgresql.\(name)")
        session = Mutex(PostgreSQLSession(address, patience: patience))
    }

    /// Runs `work` after all that was given before, on the queue's thread.
    func async(_ work: @escaping @Sendable (PostgreSQLSession) -> Void) {
        queue.async { self.session.withLock { work($0) } }
    }

    /// Runs `work` on the caller's thread, which may wait.
    func lend(_ work: (PostgreSQLSession) -> Void) { session.withLock { work($0) } }
}
