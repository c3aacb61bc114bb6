/// The check that an A-label's text decodes (RFC 3492). Nothing needs the decoded text, so none is built.
///
/// Divergence: RFC 5891 §5.4 also asks that every code point be permitted by IDNA 2008; those tables are not applied.
/// Names are compared as A-labels only, so a label of unassigned or disallowed code points matches nothing but
/// itself.
enum Punycode {
    // RFC 3492 §5: the parameters of Punycode.
    static let base = 36
    static let smallest = 1
    static let largest = 26
    private static let skew = 38
    private static let damp = 700
    static let firstBias = 72
    static let firstCodePoint = 128

    /// RFC 3492 §6.2, on lower-case text after `xn--`: it decodes without overflow, to Unicode scalar values, at
    /// least one of them not ASCII, and no other text decodes to the same.
    static func isWellFormed(_ text: ArraySlice<UInt8>) -> Bool {
        var position = text.startIndex
        var length = 0
        if let delimiter = text.lastIndex(of: UInt8(ascii: "-")) {
            // An encoder writes the delimiter only behind basic code points (RFC 3492 §6.3).
            guard delimiter > text.startIndex else { return false }
            length = delimiter - text.startIndex
            position = delimiter + 1
        }
        guard position < text.endIndex else { return false }
        var codePoint = firstCodePoint
        var index = 0
        var bias = firstBias
        while position < text.endIndex {
            guard let delta = delta(in: text, from: &position, bias: bias) else { return false }
            length += 1
            bias = adapted(delta: delta, length: length, isFirst: index == 0)
            index += delta
            codePoint += index / length
            index = index % length + 1
            guard codePoint <= 0x10FFFF, !(0xD800...0xDFFF).contains(codePoint) else { return false }
        }
        return true
    }

    /// One generalised variable-length integer (RFC 3492 §3.3). A label has at most 59 digits, so the bound below is
    /// what keeps the arithmetic from overflowing: no honest delta passes 0x110000 × 64.
    private static func delta(in text: ArraySlice<UInt8>, from position: inout Int, bias: Int) -> Int? {
        var delta = 0
        var weight = 1
        var step = base
        while position < text.endIndex {
            guard let digit = digit(text[position]) else { return nil }
            position += 1
            delta += digit * weight
            guard delta < 0x110000 * 64 else { return nil }
            let threshold = min(max(step - bias, smallest), largest)
            if digit < threshold { return delta }
            weight *= base - threshold
            guard weight < 1 << 40 else { return nil }
            step += base
        }
        return nil
    }

    /// RFC 3492 §6.1.
    static func adapted(delta: Int, length: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / damp : delta / 2
        delta += delta / length
        var steps = 0
        while delta > (base - smallest) * largest / 2 {
            delta /= base - smallest
            steps += base
        }
        return steps + (base - smallest + 1) * delta / (delta + skew)
    }

    private static func digit(_ octet: UInt8) -> Int? {
        if octet.isASCIILower { return Int(octet - UInt8(ascii: "a")) }
        if octet.isASCIIDigit { return Int(octet - UInt8(ascii: "0")) + 26 }
        return nil
    }
}
