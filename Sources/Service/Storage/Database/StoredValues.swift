import Foundation
import SymbolonAuthority

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
