/// An ASN.1 object identifier, such as 2.5.29.19.
public struct ObjectIdentifier: Hashable, Sendable, CustomStringConvertible {
    /// The contents octets of its DER (X.690 §8.19).
    public let contents: [UInt8]

    /// The longest that is accepted, in octets: the longest in use, made from a UUID, has 21.
    static let longest = 64

    /// Nil when the octets are not those of an object identifier: empty, over 64, cut within an arc, or padded.
    public init?(contents: some Collection<UInt8>) {
        guard !contents.isEmpty, contents.count <= Self.longest else { return nil }
        var startsArc = true
        for octet in contents {
            guard !(startsArc && octet == 0x80) else { return nil }
            startsArc = octet < 0x80
        }
        guard startsArc else { return nil }
        self.contents = Array(contents)
    }

    /// From arcs known when the program was written: at least two, the first at most 2, the second below 40 unless the
    /// first is 2, and every one below 2^32.
    public init(_ first: UInt32, _ second: UInt32, _ others: UInt32...) {
        precondition(first <= 2 && (first == 2 || second < 40))
        var contents = Self.base128(UInt64(first) * 40 + UInt64(second))
        for arc in others { contents += Self.base128(UInt64(arc)) }
        self.contents = contents
    }

    /// Arcs in decimal with points between.
    public var description: String {
        var arcs: [String] = []
        var digits: [UInt8] = [0]
        for octet in contents {
            Self.multiplyAndAdd(&digits, octet & 0x7F)
            guard octet < 0x80 else { continue }
            if arcs.isEmpty {
                arcs = Self.splitFirstArc(digits)
            } else {
                arcs.append(Self.text(digits))
            }
            digits = [0]
        }
        return arcs.joined(separator: ".")
    }

    static func base128(_ arc: UInt64) -> [UInt8] {
        var octets = [UInt8(arc & 0x7F)]
        var rest = arc >> 7
        while rest > 0 {
            octets.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return octets.reversed()
    }

    /// X.690 §8.19.4: the first two arcs share a number, 40 times the first plus the second.
    private static func splitFirstArc(_ digits: [UInt8]) -> [String] {
        guard digits.count <= 2, let value = Int(text(digits)), value < 80 else {
            return ["2", text(subtractEighty(digits))]
        }
        return [String(value / 40), String(value % 40)]
    }

    /// Arcs made from UUIDs pass 64 bits, so the number is kept as decimal digits, lowest first.
    private static func multiplyAndAdd(_ digits: inout [UInt8], _ addend: UInt8) {
        var carry = Int(addend)
        for index in digits.indices {
            carry += Int(digits[index]) * 128
            digits[index] = UInt8(carry % 10)
            carry /= 10
        }
        while carry > 0 {
            digits.append(UInt8(carry % 10))
            carry /= 10
        }
    }

    private static func subtractEighty(_ digits: [UInt8]) -> [UInt8] {
        var result = digits
        var borrow = 0
        for (index, subtrahend) in zip(result.indices, [0, 8] + Array(repeating: 0, count: result.count)) {
            var digit = Int(result[index]) - subtrahend - borrow
            borrow = digit < 0 ? 1 : 0
            if digit < 0 { digit += 10 }
            result[index] = UInt8(digit)
        }
        while result.count > 1, result.last == 0 { result.removeLast() }
        return result
    }

    private static func text(_ digits: [UInt8]) -> String {
        String(decoding: digits.reversed().map { $0 + 0x30 }, as: UTF8.self)
    }
}
