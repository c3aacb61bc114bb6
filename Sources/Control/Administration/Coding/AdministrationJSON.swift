internal import Foundation
internal import SymbolonCertificates

/// JSON as the API speaks it: members sorted, slashes plain, times in RFC 3339 and UTC, whole milliseconds.
enum AdministrationJSON {
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(text(date))
        }
        return Array(try encoder.encode(value))
    }

    /// Members that nobody knows are passed over: a client may be older than the authority that answers it.
    static func decode<Value: Decodable>(_ type: Value.Type, _ octets: [UInt8]) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let text = try decoder.singleValueContainer().decode(String.self)
            guard let date = date(text) else {
                throw DecodingError.dataCorrupted(
                    DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "no time of RFC 3339"))
            }
            return date
        }
        return try decoder.decode(type, from: Data(octets))
    }

    private static let whole = Date.ISO8601FormatStyle()
    private static let fractional = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    static func text(_ date: Date) -> String {
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
        let exact = Date(timeIntervalSince1970: milliseconds / 1000)
        // Most are whole seconds, which a certificate's way of saying it is sooner done with.
        return milliseconds.truncatingRemainder(dividingBy: 1000) == 0
            ? CertificateTime(exact).description : exact.formatted(fractional)
    }

    static func date(_ text: String) -> Date? {
        (try? Date(text, strategy: whole)) ?? (try? Date(text, strategy: fractional))
    }
}
