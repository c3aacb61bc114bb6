import Foundation

/// What a column holds and an argument is: the four kinds of value that both engines have.
enum StoreValue: Equatable, Sendable {
    case null
    case integer(Int64)
    /// Refused by the session when it holds a NUL: SQLite would store it cut off there, and a name that is cut off is
    /// another name; PostgreSQL cannot hold one.
    case text(String)
    case octets([UInt8])

    static func integer(_ value: Int) -> StoreValue { .integer(Int64(value)) }

    static func octets(_ value: ArraySlice<UInt8>) -> StoreValue { .octets([UInt8](value)) }

    /// Whole milliseconds since 1970.
    static func time(_ date: Date) -> StoreValue { .integer(date.storedMilliseconds) }

    static func time(_ date: Date?) -> StoreValue { date.map { .time($0) } ?? .null }

    static func text(_ value: String?) -> StoreValue { value.map { .text($0) } ?? .null }

    static func octets(_ value: [UInt8]?) -> StoreValue { value.map { .octets($0) } ?? .null }
}
