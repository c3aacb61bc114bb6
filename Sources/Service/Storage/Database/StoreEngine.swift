import SymbolonAudit
import SymbolonAuthority
import Synchronization

/// A database that holds a store: how it is opened is the engine's own, what it does is this.
protocol StoreEngine: Sendable {
    /// What people know it by: a path, or a connection string without its password.
    var place: String { get }
    /// Nil where the store was opened for reading only.
    var commits: CommitQueue? { get }
    /// Runs `work` on one unchanging view of the store, on a thread that may wait.
    func onReader(_ work: @escaping @Sendable (Result<any StoreSession, StoreFailure>) -> Void)
    /// Runs `work` for a few rows that an index leads to. Each query sees the store as it is then: no transaction is begun
    /// for one alone. An engine that has the rows at hand gives them without another thread.
    func lookUp<Value: Sendable>(
        _ work: @escaping @Sendable (any StoreSession) throws -> Value
    ) async throws(StoreFailure) -> Value
    /// The same, where several queries belong together: on one unchanging view of the store.
    func lookUpTogether<Value: Sendable>(
        _ work: @escaping @Sendable (any StoreSession) throws -> Value
    ) async throws(StoreFailure) -> Value
    func makeEye() -> any StoreEye
}

extension StoreEngine {
    /// Runs `work` in a transaction that holds the write lock from its start, so that what it reads is still so when it
    /// writes. Durable on return. A cancelled task does not interrupt it: it is done or not done.
    @discardableResult
    func write<Value: Sendable>(
        _ work: @escaping @Sendable (StoreTransaction) throws -> Value
    ) async throws(StoreFailure) -> Value {
        guard let commits else { throw .readOnly("\(place) was opened for reading only") }
        let outcome: Result<Value, StoreFailure> = await withCheckedContinuation { continuation in
            let value = Written<Value>()
            commits.add(
                CommitQueue.Job { transaction in
                    let written = try work(transaction)
                    value.last.withLock { $0 = written }
                } finish: { failure in
                    continuation.resume(returning: value.outcome(failure))
                })
        }
        return try outcome.get()
    }

    func lookUpTogether<Value: Sendable>(
        _ work: @escaping @Sendable (any StoreSession) throws -> Value
    ) async throws(StoreFailure) -> Value {
        try await read(work)
    }

    /// Runs `work` on one unchanging view of the store.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (any StoreSession) throws -> Value
    ) async throws(StoreFailure) -> Value {
        let outcome: Result<Value, StoreFailure> = await withCheckedContinuation { continuation in
            onReader { session in
                continuation.resume(
                    returning: session.flatMap { session in
                        Result { try work(session) }.mapError { StoreFailure($0) }
                    })
            }
        }
        return try outcome.get()
    }
}

/// What the last run of a write's closure gave.
private final class Written<Value: Sendable>: Sendable {
    let last = Mutex<Value?>(nil)

    func outcome(_ failure: StoreFailure?) -> Result<Value, StoreFailure> {
        if let failure { return .failure(failure) }
        guard let value = last.withLock({ $0 }) else {
            return .failure(.unavailable("the transaction gave no result"))
        }
        return .success(value)
    }
}
