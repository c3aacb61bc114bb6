/// Base 32 (RFC 4648 §6), for what people copy by hand: written in upper case without padding, read in either case.
public enum Base32 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    public static func encode(_ octets: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        var (held, bits) = (0, 0)
        for octet in octets {
            held = (held << 8 | Int(octet)) & 0xFFF
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(digits[held >> bits & 31])
            }
        }
        if bits > 0 { text.append(digits[held << (5 - bits) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The octets that `text` spells: no padding, no separators, and the bits that are left over are zero (§3.5), so that one
    /// text but for its case stands for each.
    public static func decode(_ text: some StringProtocol) throws(Base32Failure) -> [UInt8] {
        var octets: [UInt8] = []
        var (held, bits) = (0, 0)
        for (position, digit) in text.utf8.enumerated() {
            guard let value = value(digit) else { throw .notADigit(at: position) }
            held = (held << 5 | value) & 0xFFF
            bits += 5
            guard bits >= 8 else { continue }
            bits -= 8
            octets.append(UInt8(truncatingIfNeeded: held >> bits))
        }
        guard bits < 5, held & ((1 << bits) - 1) == 0 else { throw .notWhole }
        return octets
    }

    private static func value(_ digit: UInt8) -> Int? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(digit - UInt8(ascii: "a"))
        case UInt8(ascii: "2")...UInt8(ascii: "7"): Int(digit - UInt8(ascii: "2")) + 26
        default: nil
        }
    }
}

/// Why a text is not base 32; positions count octets from 0.
public enum Base32Failure: Error, Equatable, Sendable {
    case notADigit(at: Int)
    /// A digit is missing at the end, or says more than its octet.
    case notWhole

    public var explanation: String {
        switch self {
        case .notADigit(let position): "character \(position + 1) is not a letter, nor a digit from 2 to 7"
        case .notWhole: "it is not whole: a character at its end is missing or wrong"
        }
    }
}
