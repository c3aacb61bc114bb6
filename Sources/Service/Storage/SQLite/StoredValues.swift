import Foundation
import GRDB
import SymbolonAuthority

/// Columns as values. What does not fit is reported, never trapped on: the file can be edited by others.
extension Row {
    func stored<Value: DatabaseValueConvertible>(_ column: String) throws -> Value {
        let stored: DatabaseValue = self[column]
        guard let value = Value.fromDatabaseValue(stored) else {
            throw StoreFailure.damaged(
                "column \(column) holds \(stored.storage.value == nil ? "nothing" : "another type")")
        }
        return value
    }

    func storedIfAny<Value: DatabaseValueConvertible>(_ column: String) throws -> Value? {
        let stored: DatabaseValue = self[column]
        return stored.isNull ? nil : try self.stored(column)
    }

    func octets(_ column: String) throws -> [UInt8] {
        let data: Data = try stored(column)
        return [UInt8](data)
    }

    func octetsIfAny(_ column: String) throws -> [UInt8]? {
        let data: Data? = try storedIfAny(column)
        return data.map { [UInt8]($0) }
    }

    func time(_ column: String) throws -> Date {
        let milliseconds: Int64 = try stored(column)
        return Date(storedMilliseconds: milliseconds)
    }
}

extension String {
    /// The text itself, unless it holds a NUL: it would be bound, and stored, cut off there, and a name that is cut off
    /// is another name.
    func storable() throws -> String {
        guard !utf8.contains(0) else { throw StoreFailure.forbidden("\(debugDescription) holds a NUL") }
        return self
    }
}

extension Date {
    /// Milliseconds from year 1 to year 9999, which is all that a certificate can say.
    private static let storedRange: ClosedRange<Double> = -62_135_596_800_000...253_402_300_799_999

    /// The nearest whole millisecond since 1970.
    var storedMilliseconds: Int64 { storedMilliseconds(.toNearestOrAwayFromZero) }

    func storedMilliseconds(_ rule: FloatingPointRoundingRule) -> Int64 {
        let exact = (timeIntervalSince1970 * 1000).rounded(rule)
        return Int64(min(max(exact, Self.storedRange.lowerBound), Self.storedRange.upperBound))
    }

    init(storedMilliseconds milliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1000)
    }
}

/// Values kept as JSON text.
enum StoredJSON {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw StoreFailure.damaged("\(type) does not read back: \(error)")
        }
    }
}
