import Synchronization

/// A connection that is lent to one at a time.
final class SQLiteConnection: Sendable {
    private let session: Mutex<SQLiteSession>

    init(_ path: String, _ access: SQLiteHandle.Access, patience: Double, _ configuration: String) throws {
        session = Mutex(try SQLiteSession(path, access, patience: patience, configuration))
    }

    /// Waits until it is free.
    func lend<Value: Sendable>(_ work: (SQLiteSession) throws -> Value) rethrows -> Value {
        try session.withLock { try work($0) }
    }

    /// `nil` where somebody else has it.
    func lendIfFree<Value: Sendable>(_ work: (SQLiteSession) throws -> Value) rethrows -> Value? {
        try session.withLockIfAvailable { try work($0) }
    }
}
