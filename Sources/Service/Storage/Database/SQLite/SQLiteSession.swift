import SymbolonAudit
import SymbolonAuthority

/// A connection to a SQLite file, with the statements that were prepared on it: used by one thread at a time.
final class SQLiteSession: StoreLink {
    // Before the handle, so that they end first.
    private var statements: [String: SQLiteStatement] = [:]
    private let handle: SQLiteHandle
    /// What would change something is refused, though the file is open for writing.
    private var isLookingUp = false

    /// - Parameter configuration: statements that say how the connection is to behave.
    init(_ path: String, _ access: SQLiteHandle.Access, patience: Double, _ configuration: String) throws {
        handle = try SQLiteHandle(path, access, patience: patience)
        try handle.script(configuration)
        // Else the file is looked into with the first query: what is no database is refused here.
        try handle.script("SELECT 1 FROM sqlite_schema LIMIT 1")
    }

    @discardableResult
    func execute(_ sql: String, _ arguments: [StoreValue]) throws -> Int {
        try run(sql, arguments) { _ in }
        return handle.changes
    }

    func each(_ sql: String, _ arguments: [StoreValue], _ body: (StoreRow) throws -> Void) throws {
        try run(sql, arguments, body)
    }

    func script(_ sql: String) throws {
        guard !isLookingUp else { throw Self.changing }
        try handle.script(sql)
    }

    private func run(_ sql: String, _ arguments: [StoreValue], _ body: (StoreRow) throws -> Void) throws {
        let statement = try statements[sql] ?? prepare(sql)
        guard !isLookingUp || statement.isReadOnly else { throw Self.changing }
        try statement.run(arguments, body)
    }

    /// The texts come from this program alone, so there are as many as it has.
    private func prepare(_ sql: String) throws -> SQLiteStatement {
        let statement = try handle.prepare(sql)
        statements[sql] = statement
        return statement
    }

    private static let changing = StoreFailure.readOnly("who looks something up changes nothing")

    func begin() throws { try execute("BEGIN IMMEDIATE TRANSACTION") }

    /// WAL with `synchronous = FULL`: on the disk when it returns.
    func commit(witness: StoredAuditEntry?) throws { try execute("COMMIT TRANSACTION") }

    /// One unchanging view for all that `work` reads.
    func viewing<Value>(_ work: (SQLiteSession) throws -> Value) throws -> Value {
        try execute("BEGIN DEFERRED TRANSACTION")
        defer { rollback() }
        return try work(self)
    }

    /// Lets `work` change nothing.
    func lookingUp<Value>(_ work: (SQLiteSession) throws -> Value) throws -> Value {
        isLookingUp = true
        defer { isLookingUp = false }
        return try work(self)
    }

    func rollback() {
        guard handle.isInTransaction else { return }
        do { try execute("ROLLBACK TRANSACTION") } catch { return }
    }

    /// SQLite has waited already, and nobody chooses a victim.
    func mayTryAgain(after error: any Error) -> Bool { false }
}
