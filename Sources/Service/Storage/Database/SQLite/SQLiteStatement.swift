import Foundation
import GRDBSQLite
import SymbolonAuthority

/// A prepared statement. It is used while its connection is lent, by one thread.
@safe final class SQLiteStatement {
    private let handle: OpaquePointer
    private let parameters: Int
    /// Of the rows that it gives; none where it gives none.
    let columns: [String]
    /// It changes nothing in the store.
    let isReadOnly: Bool

    /// - Parameter handle: finalized when this ends.
    init(_ handle: OpaquePointer) {
        unsafe self.handle = handle
        parameters = unsafe Int(sqlite3_bind_parameter_count(handle))
        columns = unsafe (0..<sqlite3_column_count(handle)).map { index in
            unsafe sqlite3_column_name(handle, index).map { unsafe String(cString: $0) } ?? ""
        }
        isReadOnly = unsafe sqlite3_stmt_readonly(handle) != 0
    }

    deinit { unsafe sqlite3_finalize(handle) }

    /// Runs it from the start, and gives each row to `body`, to be read there.
    func run(_ arguments: [StoreValue], _ body: (StoreRow) throws -> Void) throws {
        defer {
            unsafe sqlite3_reset(handle)
            unsafe sqlite3_clear_bindings(handle)
        }
        guard parameters == arguments.count else {
            throw StoreFailure.forbidden("\(arguments.count) arguments are not as many as the statement has places")
        }
        for (index, value) in arguments.enumerated() {
            guard try bind(value, at: CInt(index + 1)) == SQLITE_OK else { throw failure() }
        }
        while true {
            switch unsafe sqlite3_step(handle) {
            case SQLITE_ROW: try body(StoreRow(columns: columns, values: values()))
            case SQLITE_DONE: return
            default: throw failure()
            }
        }
    }

    private func values() throws -> [StoreValue] { try (0..<CInt(columns.count)).map(value) }
    private func value(_ index: CInt) throws -> StoreValue {
        switch unsafe sqlite3_column_type(handle, index) {
        case SQLITE_NULL: return .null
        case SQLITE_INTEGER: return unsafe .integer(sqlite3_column_int64(handle, index))
        case SQLITE_TEXT:
            let start = unsafe sqlite3_column_text(handle, index)
            return unsafe .text(
                String(decoding: UnsafeBufferPointer(start: start, count: count(index)), as: UTF8.self))
        case SQLITE_BLOB:
            let start = unsafe sqlite3_column_blob(handle, index)
            return unsafe .octets([UInt8](UnsafeRawBufferPointer(start: start, count: count(index))))
        default: throw StoreFailure.damaged("a column holds a number that is not whole")
        }
    }

    /// In octets. Asked for after the value itself, which may have been converted.
    private func count(_ index: CInt) -> Int { unsafe Int(sqlite3_column_bytes(handle, index)) }

    /// SQLite copies what is bound: `SQLITE_TRANSIENT`, which is a cast in C.
    private func bind(_ value: StoreValue, at index: CInt) throws -> CInt {
        let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null: return unsafe sqlite3_bind_null(handle, index)
        case .integer(let value): return unsafe sqlite3_bind_int64(handle, index, value)
        case .text(var value):
            let written = value.withUTF8 { octets -> CInt? in
                guard let start = octets.baseAddress else {
                    return unsafe sqlite3_bind_text(handle, index, "", 0, copied)
                }
                guard unsafe memchr(start, 0, octets.count) == nil else { return nil }
                return unsafe start.withMemoryRebound(to: CChar.self, capacity: octets.count) { start in
                    unsafe sqlite3_bind_text64(
                        handle, index, start, UInt64(octets.count), copied, UInt8(SQLITE_UTF8))
                }
            }
            guard let written else {
                throw StoreFailure.forbidden("\(value.debugDescription) holds a NUL")
            }
            return written
        case .octets(let value):
            // A blob of no octets at no address would be null.
            guard !value.isEmpty else { return unsafe sqlite3_bind_zeroblob(handle, index, 0) }
            return unsafe value.withUnsafeBytes { octets in
                unsafe sqlite3_bind_blob64(handle, index, octets.baseAddress, UInt64(octets.count), copied)
            }
        }
    }

    private func failure() -> SQLiteFailure { unsafe SQLiteFailure(of: sqlite3_db_handle(handle)) }
}
