internal import SymbolonWire

/// A certificate's serial number. RFC 5280 §4.1.2.2.
///
/// Whatever a certificate carries can be held here; ``violation`` says what the standard has against it.
public struct SerialNumber: Hashable, Sendable, CustomStringConvertible {
    /// The contents octets of its INTEGER: two's complement, big-endian, in the fewest octets.
    public let contents: [UInt8]

    /// RFC 5280 §4.1.2.2: not above 20 octets.
    public static let longest = 20

    /// What RFC 5280 §4.1.2.2 has against a number.
    public enum Violation: Hashable, Sendable {
        case zero
        case negative
        case tooLong(octets: Int)

        public var explanation: String {
            switch self {
            case .zero: "the serial number is zero"
            case .negative: "the serial number is negative"
            case .tooLong(let octets):
                "the serial number has \(octets) octets; at most \(SerialNumber.longest) are allowed"
            }
        }
    }

    /// A number to issue: positive, from its big-endian magnitude with or without leading zeros.
    ///
    /// Refuses zero, and what would need more than 20 octets as an INTEGER: 20 octets of magnitude have their top bit clear.
    public init(magnitude: some Collection<UInt8>) throws(CertificateFailure) {
        var contents = Array(magnitude.drop { $0 == 0 })
        guard let top = contents.first else { throw .serialNumber(.zero) }
        if top >= 0x80 { contents.insert(0, at: 0) }
        guard contents.count <= Self.longest else { throw .serialNumber(.tooLong(octets: contents.count)) }
        self.contents = contents
    }

    /// From the hexadecimal magnitude, as ``description`` writes it; colons between octets are allowed, case does not
    /// matter. Nil for text that is not hexadecimal and for what ``init(magnitude:)`` refuses.
    public init?(_ text: some StringProtocol) {
        var digits = text.lowercased().filter { $0 != ":" }
        if !digits.count.isMultiple(of: 2) { digits = "0" + digits }
        guard let magnitude = try? Hex.decode(digits), let number = try? SerialNumber(magnitude: magnitude) else {
            return nil
        }
        self = number
    }

    /// As parsed, whatever its value.
    package init(parsed contents: ArraySlice<UInt8>) {
        self.contents = Array(contents)
    }

    /// Nil when the number is as RFC 5280 §4.1.2.2 wants it: positive and at most 20 octets.
    public var violation: Violation? {
        if contents == [0] { return .zero }
        if contents[0] >= 0x80 { return .negative }
        return contents.count > Self.longest ? .tooLong(octets: contents.count) : nil
    }

    /// The big-endian magnitude of a number that is not negative, without leading zeros.
    public var magnitude: ArraySlice<UInt8> {
        contents.drop { $0 == 0 }
    }

    /// The magnitude in lower-case hexadecimal, two digits an octet; a negative one as its two's complement octets after a minus.
    public var description: String {
        switch violation {
        case .zero: "00"
        case .negative: "-" + Hex.encode(contents)
        case .tooLong, nil: Hex.encode(magnitude)
        }
    }
}
