internal import SymbolonCertificates

/// A CRLNumber: it grows with every list of one issuer and scope. RFC 5280 §5.2.3.
public struct ListNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The most octets that an issuer may use, and a verifier must read. RFC 5280 §5.2.3.
    static let longest = 20

    /// Big-endian, without leading zeros; zero is empty.
    private let magnitude: [UInt8]

    /// Nil when the INTEGER is negative or over 20 octets.
    init?(contents: ArraySlice<UInt8>) {
        guard contents.count <= Self.longest, let top = contents.first, top < 0x80 else { return nil }
        magnitude = Array(contents.drop { $0 == 0 })
    }

    public init(_ number: Int64) {
        precondition(number >= 0)
        magnitude = (0..<8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }.drop { $0 == 0 }.map(
            \.self)
    }

    /// The INTEGER. X.690 §8.3.
    var derBytes: [UInt8] {
        let needsZero = magnitude.first.map { $0 >= 0x80 } ?? true
        return DERWriter.element(.integer, (needsZero ? [0] : []) + magnitude)
    }

    public static func < (one: ListNumber, other: ListNumber) -> Bool {
        one.magnitude.count == other.magnitude.count
            ? one.magnitude.lexicographicallyPrecedes(other.magnitude) : one.magnitude.count < other.magnitude.count
    }

    /// In hexadecimal after 0x, without leading zeros.
    public var description: String {
        guard let top = magnitude.first else { return "0x0" }
        return magnitude.dropFirst().reduce("0x" + String(top, radix: 16)) { text, octet in
            text + (octet < 16 ? "0" : "") + String(octet, radix: 16)
        }
    }
}
