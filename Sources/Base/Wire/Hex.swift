/// Hexadecimal text of octets (RFC 4648 §8): written in lower case, read in either.
public enum Hex {
    /// Two lower-case digits an octet, nothing between them.
    public static func encode(_ octets: some Collection<UInt8>) -> String {
        // Of an array: what asks every collection for its elements one by one takes several times as long.
        let octets = Array(octets)
        var text: [UInt8] = []
        text.reserveCapacity(octets.count * 2)
        for octet in octets {
            text.append(digit(octet >> 4))
            text.append(digit(octet & 0x0F))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The octets that `text` spells; no prefix, no separators, an even number of digits.
    public static func decode(_ text: some StringProtocol) throws(HexFailure) -> [UInt8] {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { throw .oddLength(digits.count) }
        var octets: [UInt8] = []
        octets.reserveCapacity(digits.count / 2)
        for position in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[position]) else { throw .notADigit(at: position) }
            guard let low = value(digits[position + 1]) else { throw .notADigit(at: position + 1) }
            octets.append(high << 4 | low)
        }
        return octets
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// Why a text is not hexadecimal; positions count octets from 0.
public enum HexFailure: Error, Equatable, Sendable {
    case oddLength(Int)
    case notADigit(at: Int)

    public var explanation: String {
        switch self {
        case .oddLength(let count): "hexadecimal text has two digits an octet, and this has \(count) in all"
        case .notADigit(let position): "character \(position + 1) is not a hexadecimal digit"
        }
    }
}
