import SymbolonAuthority
import Synchronization

/// Listens: every commit to the store notifies. Where notifications are lost on the way (a pooler that shares connections
/// between transactions drops them), the change counter itself is asked for each second.
final class PostgreSQLEye: StoreEye {
    private let thread: PostgreSQLThread
    private let listening: Mutex<Listening>

    private struct Listening {
        /// The connection that listens; another one has to be told to.
        var connection: ObjectIdentifier?
        var askedAt = ContinuousClock.now
    }

    private static let askEvery: Duration = .seconds(1)

    init(_ address: PostgreSQLAddress, patience: Double) {
        thread = PostgreSQLThread("watch", address, patience: patience)
        listening = Mutex(Listening())
    }

    func look() async throws(StoreFailure) -> Glance {
        let outcome: Result<Glance, StoreFailure> = await withCheckedContinuation { continuation in
            thread.async { session in
                continuation.resume(returning: Result { try self.look(session) }.mapError { StoreFailure($0) })
            }
        }
        return try outcome.get()
    }

    private func look(_ session: PostgreSQLSession) throws -> Glance {
        let connection = try session.connected()
        return try listening.withLock { listening in
            let isNew = listening.connection != ObjectIdentifier(connection)
            if isNew {
                listening.connection = nil
                try connection.script("LISTEN \(PostgreSQLSession.channel(try session.storeIdentifier()))")
                listening.connection = ObjectIdentifier(connection)
            }
            let isTold = try connection.takeNotifications()
            guard isNew || isTold || ContinuousClock.now - listening.askedAt >= Self.askEvery else { return .still }
            listening.askedAt = .now
            let changeCounter = try AuthorityDatabase.changeCounter(in: session)
            if isNew { return .opened(changeCounter: changeCounter) }
            return isTold ? .committed(changeCounter: changeCounter) : .asked(changeCounter: changeCounter)
        }
    }
}
