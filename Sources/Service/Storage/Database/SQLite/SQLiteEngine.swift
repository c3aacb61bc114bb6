import GRDB
import SymbolonAuthority

/// How a store is opened.
public enum StoreMode: Sendable {
    case readWrite
    /// Changes nothing, whatever is asked; for looking on beside an authority that is running.
    case readOnly
}

/// A store in one SQLite file: one writing and two reading connections. Readers do not wait for writers, nor writers for
/// readers; who looks up a few rows does not wait for who reads many.
final class SQLiteEngine: StoreEngine {
    let place: String
    let commits: CommitQueue?
    private let reader: DatabaseQueue
    private let lookups: SQLiteLookups

    /// How long a connection waits, in seconds, for another process. A transaction takes milliseconds: 5 s is another
    /// process stuck.
    static let standardPatience: Double = 5

    init(
        _ path: String, mode: StoreMode, patience: Double = standardPatience,
        notingHeadIn headFile: AuditHeadFile? = nil
    ) throws(StoreFailure) {
        do {
            try Self.checkFile(path, mode: mode)
            // Looked at first and unchanged: opening for writing would already convert another program's database.
            let standing = try DatabaseQueue(path: path, configuration: Self.looking(patience, mode))
                .read { try Schema.standing(ofFile: SQLiteSession($0)) }
            switch mode {
            case .readWrite:
                let queue = try DatabaseQueue(path: path, configuration: Self.writing(patience))
                try queue.writeWithoutTransaction { try Schema.migrate(file: SQLiteSession($0)) }
                let noting = HeadNoting(headFile)
                commits = CommitQueue(committed: noting.note) { work in
                    queue.asyncWriteWithoutTransaction { work(SQLiteSession($0)) }
                }
            case .readOnly:
                guard standing == .version(Schema.migrations.count) else {
                    throw StoreFailure.unavailable(
                        "\(path) is not set up yet, or not since an earlier release; start its authority once")
                }
                commits = nil
            }
            reader = try DatabaseQueue(path: path, configuration: Self.reading(patience))
            lookups = try SQLiteLookups(path, Self.reading(patience))
            place = path
        } catch {
            throw StoreFailure(error)
        }
    }

    func onReader(_ work: @escaping @Sendable (Result<any StoreSession, StoreFailure>) -> Void) {
        reader.asyncRead { database in
            work(Result { SQLiteSession(try database.get()) }.mapError { StoreFailure($0) })
        }
    }

    /// On the caller's thread: in memory or one page away, the rows are there sooner than another thread would wake.
    func lookUp<Value: Sendable>(
        _ work: @escaping @Sendable (any StoreSession) throws -> Value
    ) async throws(StoreFailure) -> Value {
        try lookups.run(work)
    }

    func lookUpTogether<Value: Sendable>(
        _ work: @escaping @Sendable (any StoreSession) throws -> Value
    ) async throws(StoreFailure) -> Value {
        try lookups.run { try $0.viewing(work) }
    }

    func makeEye() -> any StoreEye { SQLiteEye(path: place) }

    /// Not a link, and of a mode that the wanted use needs: the superuser too keeps out of a file closed to its owner.
    private static func checkFile(_ path: String, mode: StoreMode) throws {
        let status = try fileStatus(of: path, links: .refuse)
        try FileReading.requireRegular(status, path)
        if mode == .readWrite, status.mode & 0o200 == 0 {
            throw StoreFailure.readOnly(
                FileFailure.notPermitted(path: path, operation: "write").explanation)
        }
    }

    /// For a look before anything else. Where the file may be written, a transaction that a killed process left half
    /// written is undone by it (a hot journal, which a connection for reading only cannot undo); nothing else changes.
    private static func looking(_ patience: Double, _ mode: StoreMode) -> Configuration {
        var configuration = reading(patience)
        if mode == .readWrite {
            configuration.readonly = false
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA query_only = ON") }
        }
        return configuration
    }

    static func reading(_ patience: Double = standardPatience) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(patience)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA trusted_schema = OFF") }
        return configuration
    }

    /// WAL with `synchronous = FULL`: a commit is on the disk when it returns. `fullfsync` asks macOS for the same.
    private static func writing(_ patience: Double) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(patience)
        configuration.prepareDatabase { database in
            let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
            guard mode == "wal" else {
                throw StoreFailure.unavailable("its volume does not support write-ahead logging")
            }
            try database.execute(
                sql: """
                    PRAGMA synchronous = FULL;
                    PRAGMA fullfsync = ON;
                    PRAGMA trusted_schema = OFF;
                    """)
        }
        return configuration
    }
}
