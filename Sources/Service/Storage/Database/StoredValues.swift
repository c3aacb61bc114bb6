import Foundation
import SymbolonAuthority
import SymbolonWire

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
    static func text(_ texts: [String]) -> String {
        String(decoding: JSONValue.array(texts.map { .string($0) }).bytes, as: UTF8.self)
    }

    static func texts(_ text: String) throws -> [String] {
        let elements: [JSONValue]?
        do {
            elements = try JSONReader.parse(text.utf8, limits: JSONReader.Limits(octets: 1 << 20, values: 1 << 14))
                .array
        } catch {
            throw StoreFailure.damaged("a list of texts does not read back: \(error.explanation)")
        }
        guard let elements else { throw StoreFailure.damaged("a list of texts is none") }
        return try elements.map { element in
            guard let text = element.string else { throw StoreFailure.damaged("a list of texts holds something else") }
            return text
        }
    }

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
