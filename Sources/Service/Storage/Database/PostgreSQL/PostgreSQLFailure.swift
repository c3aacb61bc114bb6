import SymbolonAuthority

/// What the server or the connection to it said.
struct PostgreSQLFailure: Error, Equatable {
    /// SQLSTATE (PostgreSQL's Appendix A); `nil` when the connection itself failed.
    let sqlState: String?
    let message: String

    /// The connection is gone, so the transaction is undone unless it was being committed.
    var isLost: Bool {
        guard let sqlState else { return true }
        // 57P01 to 57P05: the server ends this connection; 08: it is broken.
        return sqlState.hasPrefix("57P0") || sqlState.hasPrefix("08")
    }

    /// 40001 serialization_failure, 40P01 deadlock_detected: this transaction gave way to another.
    var gaveWay: Bool { sqlState == "40001" || sqlState == "40P01" }

    var storeFailure: StoreFailure {
        guard let sqlState else { return .unavailable(message) }
        let cause = "\(message) (SQLSTATE \(sqlState))"
        return switch sqlState {
        case "53100": .full(cause)
        case "25006", "42501": .readOnly(cause)
        case "55P03", "57014", "40001", "40P01", "53300": .busy(cause)
        case "42P01", "42703", "XX001", "XX002": .damaged(cause)
        case _ where sqlState.hasPrefix("22") || sqlState.hasPrefix("23"): .forbidden(cause)
        default: .unavailable(cause)
        }
    }

    /// libpq writes several lines; a complaint has one for each fact.
    static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).map { $0.trimmingPrefix { $0 == " " || $0 == "\t" } }
            .joined(separator: "; ")
    }
}
