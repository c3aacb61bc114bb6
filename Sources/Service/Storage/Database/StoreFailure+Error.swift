import GRDB
import SymbolonAudit
import SymbolonAuthority

extension StoreFailure {
    /// Names what the database said; its own words are kept as the cause.
    init(_ error: any Error) {
        switch error {
        case let failure as StoreFailure: self = failure
        case let failure as AuditFailure: self = .audit(failure)
        case let failure as FileFailure: self = .unavailable(failure.explanation)
        case let failure as PostgreSQLFailure: self = failure.storeFailure
        case let failure as DatabaseError: self = Self.named(failure)
        default: self = .unavailable("\(error)")
        }
    }

    private static func named(_ error: DatabaseError) -> StoreFailure {
        let cause = "\(error.message ?? "no reason given") (SQLite \(error.extendedResultCode.rawValue))"
        return switch error.resultCode {
        case .SQLITE_FULL: .full(cause)
        case .SQLITE_READONLY, .SQLITE_PERM: .readOnly(cause)
        case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(cause)
        case .SQLITE_CORRUPT: .damaged(cause)
        case .SQLITE_NOTADB: .foreign(cause)
        case .SQLITE_CONSTRAINT: .forbidden(cause)
        default: .unavailable(cause)
        }
    }
}
