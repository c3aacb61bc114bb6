extension Punycode {
    /// RFC 3492 §6.3: the text behind `xn--` for a label's code points, of which at least one is not ASCII.
    ///
    /// For lists that an operator provides; what a peer presents is in A-labels already.
    static func encoded(_ codePoints: [Int]) -> String {
        var output = codePoints.filter { $0 < firstCodePoint }.map { UInt8($0) }
        let basic = output.count
        if basic > 0 { output.append(UInt8(ascii: "-")) }
        var handled = basic
        var bias = firstBias
        var delta = 0
        var reached = firstCodePoint
        while let next = codePoints.filter({ $0 >= reached }).min() {
            delta += (next - reached) * (handled + 1)
            reached = next
            for codePoint in codePoints {
                if codePoint < reached { delta += 1 }
                guard codePoint == reached else { continue }
                output += digits(of: delta, bias: bias)
                bias = adapted(delta: delta, length: handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            reached += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// One generalised variable-length integer (RFC 3492 §3.3).
    private static func digits(of delta: Int, bias: Int) -> [UInt8] {
        var digits: [UInt8] = []
        var rest = delta
        var step = base
        while true {
            let threshold = min(max(step - bias, smallest), largest)
            guard rest >= threshold else { return digits + [letter(rest)] }
            digits.append(letter(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            step += base
        }
    }

    private static func letter(_ digit: Int) -> UInt8 {
        UInt8(digit < 26 ? Int(UInt8(ascii: "a")) + digit : Int(UInt8(ascii: "0")) + digit - 26)
    }
}
