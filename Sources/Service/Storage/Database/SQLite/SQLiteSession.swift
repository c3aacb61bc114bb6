import Foundation
import GRDB
import SymbolonAudit
import SymbolonAuthority

/// A connection of GRDB's, for as long as its queue lends it.
final class SQLiteSession: StoreLink {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    @discardableResult
    func execute(_ sql: String, _ arguments: [StoreValue]) throws -> Int {
        try SQLiteStatement(database.cachedStatement(sql: sql)).run(arguments) { _ in }
        return database.changesCount
    }

    func each(_ sql: String, _ arguments: [StoreValue], _ body: (StoreRow) throws -> Void) throws {
        let statement = try database.cachedStatement(sql: sql)
        let columns = statement.columnNames
        try SQLiteStatement(statement).run(arguments) {
            try body(StoreRow(columns: columns, values: $0.values(columns.count)))
        }
    }

    func script(_ sql: String) throws { try database.execute(sql: sql) }

    func begin() throws { try execute("BEGIN IMMEDIATE TRANSACTION") }

    /// WAL with `synchronous = FULL`: on the disk when it returns.
    func commit(witness: StoredAuditEntry?) throws { try execute("COMMIT TRANSACTION") }

    /// One unchanging view for all that `work` reads.
    func viewing<Value>(_ work: (SQLiteSession) throws -> Value) throws -> Value {
        try execute("BEGIN DEFERRED TRANSACTION")
        defer { rollback() }
        return try work(self)
    }

    func rollback() {
        guard database.isInsideTransaction else { return }
        do { try execute("ROLLBACK TRANSACTION") } catch { return }
    }

    /// SQLite has waited already, and nobody chooses a victim.
    func mayTryAgain(after error: any Error) -> Bool { false }
}
