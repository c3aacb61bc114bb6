import Dispatch
import SymbolonAuthority

/// How a store is opened.
public enum StoreMode: Sendable {
    case readWrite
    /// Changes nothing, whatever is asked; for looking on beside an authority that is running.
    case readOnly
}

/// A store in one SQLite file: one connection that writes, one for who reads many rows, and some for who looks up a few.
/// Readers do not wait for writers, nor writers for readers.
final class SQLiteEngine: StoreEngine {
    let place: String
    let commits: CommitQueue?
    private let reader: SQLiteConnection
    private let reading = DispatchQueue(label: "symbolon.sqlite.reader")
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
            let standing = try Self.looking(path, mode, patience).viewing { try Schema.standing(ofFile: $0) }
            var writer: SQLiteConnection?
            switch mode {
            case .readWrite:
                let connection = try SQLiteConnection(path, .readWrite, patience: patience, Self.writing)
                try connection.lend { session in
                    try Self.requireWriteAheadLog(session)
                    try Schema.migrate(file: session)
                }
                let noting = HeadNoting(headFile)
                commits = CommitQueue(committed: noting.note) { work in connection.lend { work($0) } }
                writer = connection
            case .readOnly:
                guard standing == .version(Schema.migrations.count) else {
                    throw StoreFailure.unavailable(
                        "\(path) is not set up yet, or not since an earlier release; start its authority once")
                }
                commits = nil
            }
            reader = try SQLiteConnection(path, .readOnly, patience: patience, Self.everywhere)
            lookups = try SQLiteLookups(writer: writer) {
                try SQLiteConnection(path, .readOnly, patience: patience, Self.everywhere)
            }
            place = path
        } catch {
            throw StoreFailure(error)
        }
    }

    func onReader(_ work: @escaping @Sendable (Result<any StoreSession, StoreFailure>) -> Void) {
        reading.async { [reader] in
            reader.lend { session in
                do {
                    try session.viewing { work(.success($0)) }
                } catch {
                    work(.failure(StoreFailure(error)))
                }
            }
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
    private static func looking(_ path: String, _ mode: StoreMode, _ patience: Double) throws -> SQLiteSession {
        switch mode {
        case .readWrite:
            try SQLiteSession(path, .readWrite, patience: patience, everywhere + "PRAGMA query_only = ON;")
        case .readOnly: try readingSession(path, patience)
        }
    }

    static func readingSession(_ path: String, _ patience: Double = standardPatience) throws -> SQLiteSession {
        try SQLiteSession(path, .readOnly, patience: patience, everywhere)
    }

    /// The tables' own rules hold, and no function that a stranger put into the schema runs.
    private static let everywhere = "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"

    /// WAL with `synchronous = FULL`: a commit is on the disk when it returns. `fullfsync` asks macOS for the same.
    /// 16 MiB of pages: what indices lead to all over the file is at hand for a hundred thousand certificates.
    private static let writing =
        everywhere
            + """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA fullfsync = ON;
            PRAGMA cache_size = -16384;
            """

    private static func requireWriteAheadLog(_ session: SQLiteSession) throws {
        guard try session.row("PRAGMA journal_mode")?.text("journal_mode") == "wal" else {
            throw StoreFailure.unavailable("its volume does not support write-ahead logging")
        }
    }
}
