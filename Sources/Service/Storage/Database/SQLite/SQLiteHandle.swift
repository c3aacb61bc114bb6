import GRDBSQLite
import SymbolonAuthority

/// SQLite's own connection, for as long as the value lives.
@safe struct SQLiteHandle: ~Copyable {
    private let pointer: OpaquePointer

    /// How a file is opened. It must be there.
    enum Access {
        case readWrite, readOnly

        fileprivate var flags: CInt { self == .readWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY }
    }

    /// - Parameter patience: how long a statement waits for another process, in seconds.
    init(_ path: String, _ access: Access, patience: Double) throws {
        unsafe pointer = try Self.open(path, access)
        unsafe sqlite3_extended_result_codes(pointer, 1)
        unsafe sqlite3_busy_timeout(pointer, CInt(patience * 1000))
    }

    private static func open(_ path: String, _ access: Access) throws -> OpaquePointer {
        var opened: OpaquePointer?
        // No lock of SQLite's own: who has the connection has it alone.
        let code = unsafe sqlite3_open_v2(path, &opened, access.flags | SQLITE_OPEN_NOMUTEX, nil)
        guard let connection = unsafe opened else { throw SQLiteFailure(code: code, message: "out of memory") }
        guard code == SQLITE_OK else {
            defer { unsafe sqlite3_close_v2(connection) }
            throw unsafe SQLiteFailure(of: connection)
        }
        return unsafe connection
    }

    /// Statements that are prepared still go first, or the connection lives on.
    deinit { unsafe sqlite3_close_v2(pointer) }

    func prepare(_ sql: String) throws -> SQLiteStatement {
        var statement: OpaquePointer?
        // Kept for as long as the connection is: the hint has SQLite take its memory from elsewhere than its short-lived.
        let code = unsafe sqlite3_prepare_v3(pointer, sql, -1, CUnsignedInt(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement = unsafe statement else { throw failure() }
        return unsafe SQLiteStatement(statement)
    }

    /// Runs statements without arguments, separated by semicolons; what they give is not looked at.
    func script(_ sql: String) throws {
        guard unsafe sqlite3_exec(pointer, sql, nil, nil, nil) == SQLITE_OK else { throw failure() }
    }

    /// By the last statement.
    var changes: Int { unsafe Int(sqlite3_changes(pointer)) }

    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(pointer) == 0 }

    private func failure() -> SQLiteFailure { unsafe SQLiteFailure(of: pointer) }
}

extension SQLiteFailure {
    /// The connection's last.
    init(of connection: OpaquePointer?) {
        code = unsafe sqlite3_extended_errcode(connection)
        message = unsafe String(cString: sqlite3_errmsg(connection))
    }
}
