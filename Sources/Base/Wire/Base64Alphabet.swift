/// The 64 digits of RFC 4648 §4 or §5, both ways. Decoding is canonical: one text for every octet string.
struct Base64Alphabet: Sendable {
    private let digits: [UInt8]
    /// The value of each octet as a digit, 0xFF where it is none.
    private let values: [UInt8]

    /// RFC 4648 §4.
    static let standard = Base64Alphabet(last: "+/")
    /// RFC 4648 §5.
    static let url = Base64Alphabet(last: "-_")

    private init(last: StaticString) {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\(last)".utf8)
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        self.digits = digits
        self.values = values
    }

    /// The digits of `octets`, without padding.
    func encode(_ octets: some Collection<UInt8>) -> [UInt8] { encode(Array(octets)) }

    /// Of an array: what asks every collection for its elements one by one takes several times as long.
    func encode(_ octets: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((octets.count * 4 + 2) / 3)
        var bits: UInt32 = 0
        var held: UInt32 = 0
        for octet in octets {
            bits = bits << 8 | UInt32(octet)
            held += 8
            while held >= 6 {
                held -= 6
                text.append(digits[Int(bits >> held & 0x3F)])
            }
        }
        if held > 0 { text.append(digits[Int(bits << (6 - held) & 0x3F)]) }
        return text
    }

    /// How many digits stand before the first octet that is none; `nil` when all are digits.
    func firstNonDigit(in text: ArraySlice<UInt8>) -> Int? {
        text.firstIndex { values[Int($0)] == 0xFF }.map { $0 - text.startIndex }
    }

    /// The octets of unpadded digits, appended to `octets`, whose room is the caller's to reserve: to reserve a little more
    /// for each line would copy a long text once a line.
    func decode(_ text: ArraySlice<UInt8>, into octets: inout [UInt8]) throws(Base64Failure) {
        guard text.count % 4 != 1 else { throw .length(text.count) }
        var bits: UInt32 = 0
        var held: UInt32 = 0
        for (position, digit) in text.enumerated() {
            let value = values[Int(digit)]
            guard value != 0xFF else { throw .notADigit(at: position) }
            bits = bits << 6 | UInt32(value)
            held += 6
            if held >= 8 {
                held -= 8
                octets.append(UInt8(truncatingIfNeeded: bits >> held))
            }
        }
        // RFC 4648 §3.5: the bits left over are zero, or one octet string would have several texts.
        guard bits & ((1 << held) - 1) == 0 else { throw .looseBits }
    }
}

/// Why a text is not base64; positions count octets from 0.
public enum Base64Failure: Error, Equatable, Sendable {
    case notADigit(at: Int)
    /// No octet string has a text of this many digits.
    case length(Int)
    /// The last digit carries bits that belong to no octet (RFC 4648 §3.5).
    case looseBits

    public var explanation: String {
        switch self {
        case .notADigit(let position): "character \(position + 1) is not a digit of this alphabet"
        case .length(let count): "no octets have a text of \(count) digits"
        case .looseBits: "the last digit has bits set that belong to no octet"
        }
    }
}
