import SymbolonAuthority
import Synchronization

/// A store in a PostgreSQL database: one connection that writes, for writes follow one another anyway, and some that read.
final class PostgreSQLEngine: StoreEngine {
    let place: String
    let commits: CommitQueue?
    private let address: PostgreSQLAddress
    private let patience: Double
    private let readers: [PostgreSQLThread]
    private let nextReader = Atomic(0)

    /// How long a statement, a lock or a server that is away is waited for, in seconds.
    static let standardPatience: Double = 5
    /// 2: reads take a fraction of a millisecond, and each connection is a process of the server's.
    private static let readerCount = 2

    private init(
        _ address: PostgreSQLAddress, patience: Double, readers: [PostgreSQLThread], commits: CommitQueue?
    ) {
        self.address = address
        self.patience = patience
        self.readers = readers
        self.commits = commits
        place = address.description
    }

    static func open(
        _ address: PostgreSQLAddress, mode: StoreMode, patience: Double = standardPatience,
        notingHeadIn headFile: AuditHeadFile? = nil
    ) async throws(StoreFailure) -> PostgreSQLEngine {
        let readers = (0..<readerCount).map { PostgreSQLThread("reader\($0)", address, patience: patience) }
        switch mode {
        case .readOnly:
            try await run(on: readers[0]) { try Schema.requireCurrent(in: $0) }
            return PostgreSQLEngine(address, patience: patience, readers: readers, commits: nil)
        case .readWrite:
            let writer = PostgreSQLThread("writer", address, patience: patience)
            try await run(on: writer) { try Schema.migrate($0) }
            let noting = HeadNoting(headFile)
            let commits = CommitQueue(committed: noting.note) { work in writer.lend { work($0) } }
            return PostgreSQLEngine(address, patience: patience, readers: readers, commits: commits)
        }
    }

    private static func run(
        on thread: PostgreSQLThread, _ work: @escaping @Sendable (PostgreSQLSession) throws -> Void
    ) async throws(StoreFailure) {
        let outcome: Result<Void, StoreFailure> = await withCheckedContinuation { continuation in
            thread.async { session in
                continuation.resume(returning: Result { try work(session) }.mapError { StoreFailure($0) })
            }
        }
        try outcome.get()
    }

    /// The next in turn.
    private var reader: PostgreSQLThread {
        let turn = nextReader.wrappingAdd(1, ordering: .relaxed).newValue
        return readers[Int(turn.magnitude % UInt(readers.count))]
    }

    func lookUp<Value: Sendable>(
        _ work: @escaping @Sendable (any StoreSession) throws -> Value
    ) async throws(StoreFailure) -> Value {
        let outcome: Result<Value, StoreFailure> = await withCheckedContinuation { continuation in
            reader.async { session in
                continuation.resume(
                    returning: Result { try session.lookingUp(work) }.mapError { StoreFailure($0) })
            }
        }
        return try outcome.get()
    }

    func onReader(_ work: @escaping @Sendable (Result<any StoreSession, StoreFailure>) -> Void) {
        reader.async { session in
            do {
                try session.beginReading()
            } catch {
                session.rollback()
                return work(.failure(StoreFailure(error)))
            }
            work(.success(session))
            session.rollback()
        }
    }

    func makeEye() -> any StoreEye { PostgreSQLEye(address, patience: patience) }
}
