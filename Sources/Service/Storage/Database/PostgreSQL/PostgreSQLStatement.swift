/// A statement in PostgreSQL's words: `$1`, `$2` where ours have `?`.
struct PostgreSQLStatement {
    let sql: String
    let parameterCount: Int

    init(_ text: String) {
        var sql = ""
        var count = 0
        for character in text {
            guard character == "?" else {
                sql.append(character)
                continue
            }
            count += 1
            sql += "$\(count)"
        }
        self.sql = sql
        parameterCount = count
    }
}

/// The types of PostgreSQL that the store's columns and answers have, by their fixed object identifiers (pg_type.dat).
enum PostgreSQLType {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let varchar: UInt32 = 1043

    /// Nulls have the type of their place.
    static func of(_ value: StoreValue) -> UInt32 {
        switch value {
        case .null: 0
        case .integer: int8
        case .text: text
        case .octets: bytea
        }
    }
}
