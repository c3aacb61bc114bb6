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
        let statement = try database.cachedStatement(sql: sql)
        try statement.execute(arguments: try Self.bound(arguments))
        return database.changesCount
    }

    func each(_ sql: String, _ arguments: [StoreValue], _ body: (StoreRow) throws -> Void) throws {
        let statement = try database.cachedStatement(sql: sql)
        let columns = statement.columnNames
        let rows = try Row.fetchCursor(statement, arguments: try Self.bound(arguments))
        while let row = try rows.next() {
            try body(StoreRow(columns: columns, values: try row.databaseValues.map(Self.value)))
        }
    }

    func script(_ sql: String) throws { try database.execute(sql: sql) }

    func begin() throws { try database.beginTransaction(.immediate) }

    /// WAL with `synchronous = FULL`: on the disk when it returns.
    func commit(witness: StoredAuditEntry?) throws { try database.commit() }

    func rollback() {
        guard database.isInsideTransaction else { return }
        do { try database.rollback() } catch { return }
    }

    /// SQLite has waited already, and nobody chooses a victim.
    func mayTryAgain(after error: any Error) -> Bool { false }

    private static func bound(_ arguments: [StoreValue]) throws -> StatementArguments {
        StatementArguments(try arguments.map(databaseValue))
    }

    private static func databaseValue(_ value: StoreValue) throws -> DatabaseValue {
        switch value {
        case .null: return .null
        case .integer(let value): return value.databaseValue
        case .text(let value):
            guard !value.utf8.contains(0) else {
                throw StoreFailure.forbidden("\(value.debugDescription) holds a NUL")
            }
            return value.databaseValue
        case .octets(let value): return Data(value).databaseValue
        }
    }

    private static func value(_ value: DatabaseValue) throws -> StoreValue {
        switch value.storage {
        case .null: .null
        case .int64(let value): .integer(value)
        case .string(let value): .text(value)
        case .blob(let value): .octets([UInt8](value))
        case .double: throw StoreFailure.damaged("a column holds a number that is not whole")
        }
    }
}
