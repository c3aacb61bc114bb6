import Foundation
import SymbolonAuthority

/// One row of an answer. What does not fit is reported, never trapped on: the database can be edited by others.
struct StoreRow: Equatable, Sendable {
    let columns: [String]
    let values: [StoreValue]

    func integer(_ column: String) throws -> Int64 {
        guard let value = try integerIfAny(column) else { throw nothing(column) }
        return value
    }

    func integerIfAny(_ column: String) throws -> Int64? {
        switch try value(column) {
        case .null: nil
        case .integer(let value): value
        case .text, .octets: throw another(column)
        }
    }

    func text(_ column: String) throws -> String {
        guard let value = try textIfAny(column) else { throw nothing(column) }
        return value
    }

    func textIfAny(_ column: String) throws -> String? {
        switch try value(column) {
        case .null: nil
        case .text(let value): value
        case .integer, .octets: throw another(column)
        }
    }

    func octets(_ column: String) throws -> [UInt8] {
        guard let value = try octetsIfAny(column) else { throw nothing(column) }
        return value
    }

    func octetsIfAny(_ column: String) throws -> [UInt8]? {
        switch try value(column) {
        case .null: nil
        case .octets(let value): value
        case .integer, .text: throw another(column)
        }
    }

    func time(_ column: String) throws -> Date { Date(storedMilliseconds: try integer(column)) }

    func timeIfAny(_ column: String) throws -> Date? {
        try integerIfAny(column).map { Date(storedMilliseconds: $0) }
    }

    private func value(_ column: String) throws -> StoreValue {
        guard let index = columns.firstIndex(of: column) else {
            throw StoreFailure.damaged("there is no column \(column)")
        }
        return values[index]
    }

    private func nothing(_ column: String) -> StoreFailure { .damaged("column \(column) holds nothing") }

    private func another(_ column: String) -> StoreFailure { .damaged("column \(column) holds another type") }
}
