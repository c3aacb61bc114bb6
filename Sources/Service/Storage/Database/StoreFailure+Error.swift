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
        case let failure as SQLiteFailure: self = failure.storeFailure
        default: self = .unavailable("\(error)")
        }
    }
}
