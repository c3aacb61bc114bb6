import GRDB
import SymbolonAudit
import SymbolonAuthority
import Synchronization

/// How a store is opened.
public enum StoreMode: Sendable {
    case readWrite
    /// Changes nothing, whatever is asked; for looking on beside an authority that is running.
    case readOnly
}

/// One writing and one reading connection to a store's file. Readers do not wait for writers, nor writers for readers.
final class StoreConnection: Sendable {
    let path: String
    private let writer: DatabaseQueue?
    private let reader: DatabaseQueue
    private let headFile: AuditHeadFile?
    /// The count of the head that was noted last from here.
    private let lastNoted = Mutex<Int64>(0)

    /// How long a connection waits, in seconds, for another process. A transaction takes milliseconds: 5 s is another
    /// process stuck.
    static let standardPatience: Double = 5

    init(
        _ path: String, mode: StoreMode, patience: Double = standardPatience,
        notingHeadIn headFile: AuditHeadFile? = nil
    ) throws(StoreFailure) {
        self.headFile = headFile
        do {
            try Self.checkFile(path, mode: mode)
            // Looked at first and unchanged: opening for writing would already convert another program's database.
            let standing = try DatabaseQueue(path: path, configuration: Self.looking(patience, mode))
                .read { try Schema.standing(of: $0) }
            switch mode {
            case .readWrite:
                let queue = try DatabaseQueue(path: path, configuration: Self.writing(patience))
                try queue.writeWithoutTransaction { try Self.transaction($0, Schema.migrate) }
                writer = queue
            case .readOnly:
                guard standing == .version(Schema.migrations.count) else {
                    throw StoreFailure.unavailable(
                        "\(path) is not set up yet, or not since an earlier release; start its authority once")
                }
                writer = nil
            }
            reader = try DatabaseQueue(path: path, configuration: Self.reading(patience))
            self.path = path
        } catch {
            throw StoreFailure(error)
        }
    }

    /// Runs `work` in one transaction that holds the write lock from its start, so that what it reads is still so when
    /// it writes. Durable on return. A cancelled task does not interrupt it: it is done or not done, never unknown.
    func write<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreFailure) -> Value {
        guard let writer else { throw .readOnly("\(path) was opened for reading only") }
        let outcome: Result<Value, StoreFailure> = await withCheckedContinuation { continuation in
            writer.asyncWriteWithoutTransaction { database in
                let outcome = Result { try Self.transaction(database, work) }.mapError { StoreFailure($0) }
                if case .success = outcome { self.noteHead(in: database) }
                continuation.resume(returning: outcome)
            }
        }
        return try outcome.get()
    }

    /// Notes the head as it is after a transaction. What the transaction did is durable, so a failure here may not undo it
    /// or be told in its place; who opens the authority next finds out when no head can be noted.
    private func noteHead(in database: Database) {
        guard let headFile, let head = try? AuditTable.head(in: database) else { return }
        lastNoted.withLock { count in
            guard head.count != count else { return }
            do {
                try headFile.note(head)
                count = head.count
            } catch {
                return
            }
        }
    }

    /// Runs `work` on one unchanging view of the store.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreFailure) -> Value {
        let outcome: Result<Value, StoreFailure> = await withCheckedContinuation { continuation in
            reader.asyncRead { database in
                continuation.resume(returning: Result { try work(database.get()) }.mapError { StoreFailure($0) })
            }
        }
        return try outcome.get()
    }

    private static func transaction<Value>(_ database: Database, _ work: (Database) throws -> Value) throws -> Value {
        var value: Value?
        try database.inTransaction(.immediate) {
            value = try work(database)
            return .commit
        }
        guard let value else { throw StoreFailure.unavailable("the transaction gave no result") }
        return value
    }

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
