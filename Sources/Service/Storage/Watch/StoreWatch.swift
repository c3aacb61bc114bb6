import GRDB
public import SymbolonAuthority
import Synchronization

/// Sees, from any process, that the authority's store changed.
public final class StoreWatch: Sendable {
    public enum Outcome: Equatable, Sendable {
        case unchanged
        /// Something was committed, and the change counter is as it was: what was revoked is the same.
        case committed
        /// The change counter's new value: something was revoked.
        case revoked(changeCounter: UInt64)
        /// The store cannot be looked at. Said once; looking goes on.
        case failed(StoreFailure)
    }

    private let path: String
    private let state: Mutex<State>

    private struct State {
        var eye: Eye?
        var changeCounter: UInt64
        var failure: StoreFailure?
    }

    /// A connection of the watch's own: `PRAGMA data_version` moves when any other connection, in any process, commits.
    private struct Eye {
        let queue: DatabaseQueue
        /// The file that is open: a restored store comes with another inode, and needs another connection.
        let file: FileStamp.Identity
        var dataVersion: Int64
    }

    /// - Parameter changeCounter: the value that the caller has acted on; what differs from it is told by the first
    ///   look.
    public init(path: String, changeCounter: UInt64) {
        self.path = path
        state = Mutex(State(eye: nil, changeCounter: changeCounter, failure: nil))
    }

    /// Looks once; costs some microseconds while nothing changes.
    public func poll() -> Outcome {
        state.withLock { state in
            do {
                let outcome = try Self.look(at: path, &state)
                state.failure = nil
                return outcome
            } catch {
                let failure = StoreFailure(error)
                state.eye = nil
                guard failure != state.failure else { return .unchanged }
                state.failure = failure
                return .failed(failure)
            }
        }
    }

    /// Looks at each `interval` until the task is cancelled, and reports what is new.
    public func run(
        every interval: Duration = .milliseconds(100), on clock: some Clock<Duration> = ContinuousClock(),
        report: @Sendable (Outcome) async -> Void
    ) async {
        while !Task.isCancelled {
            let outcome = poll()
            if outcome != .unchanged { await report(outcome) }
            try? await clock.sleep(for: interval)
        }
    }

    private static func look(at path: String, _ state: inout State) throws -> Outcome {
        let file = try fileStatus(of: path, links: .refuse).stamp.identity
        let queue: DatabaseQueue
        if let eye = state.eye, eye.file == file {
            queue = eye.queue
        } else {
            queue = try DatabaseQueue(path: path, configuration: StoreConnection.reading())
        }
        let known = state.eye?.file == file ? state.eye?.dataVersion : nil
        let (dataVersion, changeCounter) = try queue.read { database in
            let dataVersion = try Int64.fetchOne(database, sql: "PRAGMA data_version") ?? 0
            return (dataVersion, dataVersion == known ? nil : try SQLiteAuthorityStore.changeCounter(in: database))
        }
        let isFirst = state.eye == nil
        state.eye = Eye(queue: queue, file: file, dataVersion: dataVersion)
        guard let changeCounter else { return .unchanged }
        guard changeCounter == state.changeCounter else {
            state.changeCounter = changeCounter
            return .revoked(changeCounter: changeCounter)
        }
        return isFirst ? .unchanged : .committed
    }
}
