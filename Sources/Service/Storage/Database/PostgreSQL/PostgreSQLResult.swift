import CPostgreSQL
import SymbolonAuthority

/// One answer of the server, freed with this value's end.
@safe final class PostgreSQLResult {
    private let result: OpaquePointer

    init(_ result: OpaquePointer) {
        unsafe self.result = unsafe result
    }

    deinit { unsafe PQclear(result) }

    var status: ExecStatusType { unsafe PQresultStatus(result) }
    var count: Int { Int(unsafe PQntuples(result)) }
    var isEmpty: Bool { count == 0 }
    /// `COMMIT`, `INSERT 0 1` and the like.
    var command: String { unsafe String(cString: PQcmdStatus(result)) }
    /// How many rows a statement changed.
    var changed: Int { unsafe Int(String(cString: PQcmdTuples(result))) ?? 0 }

    var columns: [String] {
        (0..<(unsafe PQnfields(result))).map { unsafe String(cString: PQfname(result, $0)) }
    }

    func text(_ row: Int, _ column: Int) -> String {
        unsafe String(cString: PQgetvalue(result, Int32(row), Int32(column)))
    }

    func failure(whole message: String) -> PostgreSQLFailure {
        let state = unsafe PQresultErrorField(result, Int32(Self.sqlStateField)).map { unsafe String(cString: $0) }
        let primary = unsafe PQresultErrorField(result, Int32(Self.primaryMessageField)).map {
            unsafe String(cString: $0)
        }
        return PostgreSQLFailure(sqlState: state, message: PostgreSQLFailure.oneLine(primary ?? message))
    }

    /// `PG_DIAG_SQLSTATE` and `PG_DIAG_MESSAGE_PRIMARY`, which are character constants in C.
    private static let sqlStateField = UInt8(ascii: "C")
    private static let primaryMessageField = UInt8(ascii: "M")

    // MARK: Binary columns

    func values(_ row: Int) throws -> [StoreValue] {
        try (0..<(unsafe PQnfields(result))).map { try value(Int32(row), $0) }
    }

    private func value(_ row: Int32, _ column: Int32) throws -> StoreValue {
        guard unsafe PQgetisnull(result, row, column) == 0 else { return .null }
        let type = unsafe PQftype(result, column)
        let octets = unsafe UnsafeBufferPointer(
            start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
        switch type {
        case PostgreSQLType.int8, PostgreSQLType.int4, PostgreSQLType.int2:
            return unsafe .integer(Self.integer(octets))
        case PostgreSQLType.bool:
            return unsafe .integer(octets.first == 0 ? Int64(0) : 1)
        case PostgreSQLType.bytea:
            return unsafe .octets(octets.map { UInt8(bitPattern: $0) })
        case PostgreSQLType.text, PostgreSQLType.varchar, PostgreSQLType.name:
            let bytes = unsafe octets.map { UInt8(bitPattern: $0) }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw StoreFailure.damaged("a text is not UTF-8")
            }
            return .text(text)
        default:
            throw StoreFailure.damaged("a column has the type \(type), which no column of a store has")
        }
    }

    /// Big-endian, two's complement, of 2, 4 or 8 octets.
    private static func integer(_ octets: UnsafeBufferPointer<CChar>) -> Int64 {
        unsafe octets.reduce(unsafe (octets.first ?? 0) < 0 ? -1 : 0) { $0 << 8 | Int64(UInt8(bitPattern: $1)) }
    }
}
