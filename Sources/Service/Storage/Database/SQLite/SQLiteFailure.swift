import GRDBSQLite
import SymbolonAuthority

/// What SQLite answered where it did not do what it was asked.
struct SQLiteFailure: Error, Equatable, CustomStringConvertible {
    /// The extended result code; its lowest octet is the result code proper.
    let code: CInt
    let message: String

    var description: String { "\(message) (SQLite \(code))" }

    var storeFailure: StoreFailure {
        switch code & 0xff {
        case SQLITE_FULL: .full(description)
        case SQLITE_READONLY, SQLITE_PERM: .readOnly(description)
        case SQLITE_BUSY, SQLITE_LOCKED: .busy(description)
        case SQLITE_CORRUPT: .damaged(description)
        case SQLITE_NOTADB: .foreign(description)
        case SQLITE_CONSTRAINT: .forbidden(description)
        default: .unavailable(description)
        }
    }
}
