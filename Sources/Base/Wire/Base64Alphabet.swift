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
        var text = [UInt8](repeating: 0, count: (octets.count * 4 + 2) / 3)
        var places = text.mutableSpan
        write(octets.span, into: &places)
        return text
    }

    private func write(_ octets: Span<UInt8>, into text: inout MutableSpan<UInt8>) {
        let digits = digits.span
        var place = 0
        for group in 0..<octets.count / 3 {
            let at = group * 3
            let bits = UInt32(octets[at]) << 16 | UInt32(octets[at + 1]) << 8 | UInt32(octets[at + 2])
            text[place] = digits[Int(bits >> 18)]
            text[place + 1] = digits[Int(bits >> 12 & 0x3F)]
            text[place + 2] = digits[Int(bits >> 6 & 0x3F)]
            text[place + 3] = digits[Int(bits & 0x3F)]
            place += 4
        }
        let rest = octets.count / 3 * 3
        guard rest < octets.count else { return }
        let bits = UInt32(octets[rest]) << 16 | (rest + 1 < octets.count ? UInt32(octets[rest + 1]) << 8 : 0)
        text[place] = digits[Int(bits >> 18)]
        text[place + 1] = digits[Int(bits >> 12 & 0x3F)]
        if rest + 1 < octets.count { text[place + 2] = digits[Int(bits >> 6 & 0x3F)] }
    }

    /// How many digits stand before the first octet that is none; `nil` when all are digits.
    func firstNonDigit(in text: ArraySlice<UInt8>) -> Int? {
        let (text, values) = (text.span, values.span)
        for place in text.indices where values[Int(text[place])] == 0xFF { return place }
        return nil
    }

    /// The octets of unpadded digits, appended to `octets`, whose room is the caller's to reserve: to reserve a little more
    /// for each line would copy a long text once a line.
    func decode(_ text: ArraySlice<UInt8>, into octets: inout [UInt8]) throws(Base64Failure) {
        guard text.count % 4 != 1 else { throw .length(text.count) }
        if let position = firstNonDigit(in: text) { throw .notADigit(at: position) }
        let start = octets.count
        octets.append(contentsOf: repeatElement(0, count: text.count * 3 / 4))
        var places = octets.mutableSpan
        let looseBits = read(text.span, into: &places, from: start)
        // RFC 4648 §3.5: the bits left over are zero, or one octet string would have several texts.
        guard looseBits == 0 else {
            octets.removeSubrange(start...)
            throw .looseBits
        }
    }

    /// - Parameter text: digits, and not one alone in the last group of four.
    /// - Returns: the bits that belong to no octet.
    private func read(_ text: Span<UInt8>, into octets: inout MutableSpan<UInt8>, from start: Int) -> UInt32 {
        let values = values.span
        var place = start
        for group in 0..<text.count / 4 {
            let high = UInt32(values[Int(text[group * 4])]) << 18 | UInt32(values[Int(text[group * 4 + 1])]) << 12
            let low = UInt32(values[Int(text[group * 4 + 2])]) << 6 | UInt32(values[Int(text[group * 4 + 3])])
            octets[place] = UInt8(truncatingIfNeeded: high >> 16)
            octets[place + 1] = UInt8(truncatingIfNeeded: (high | low) >> 8)
            octets[place + 2] = UInt8(truncatingIfNeeded: low)
            place += 3
        }
        let rest = text.count / 4 * 4
        guard rest < text.count else { return 0 }
        var bits = UInt32(values[Int(text[rest])]) << 18 | UInt32(values[Int(text[rest + 1])]) << 12
        octets[place] = UInt8(truncatingIfNeeded: bits >> 16)
        guard rest + 2 < text.count else { return bits & 0xFFFF }
        bits |= UInt32(values[Int(text[rest + 2])]) << 6
        octets[place + 1] = UInt8(truncatingIfNeeded: bits >> 8)
        return bits & 0xFF
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
