/// A non-negative number of any size, with no more arithmetic than the weak-key checks need. For public numbers only: its
/// time depends on them.
struct Magnitude: Equatable {
    /// Least significant first. Numbers that meet in one operation have as many words, except where a method says so.
    private var words: [UInt64]

    init(bigEndian octets: some BidirectionalCollection<UInt8>) {
        // One word above the number itself, so that doubling and adding never overflow.
        words = [UInt64](repeating: 0, count: octets.count / 8 + 2)
        for (position, octet) in octets.reversed().enumerated() {
            words[position / 8] |= UInt64(octet) << (position % 8 * 8)
        }
    }

    private init(words: [UInt64]) { self.words = words }

    var isZero: Bool { words.allSatisfy { $0 == 0 } }

    private var bitWidth: Int {
        guard let top = words.lastIndex(where: { $0 != 0 }) else { return 0 }
        return top * 64 + 64 - words[top].leadingZeroBitCount
    }

    /// The whole square root and what remains, one binary digit at a time.
    func squareRoot() -> (root: Magnitude, rest: Magnitude) {
        var root = Magnitude(words: words.map { _ in 0 })
        var rest = self
        for digit in (0..<(bitWidth + 1) / 2).reversed() {
            let bit = 2 * digit
            // The root so far is a multiple of 2^(bit + 2): setting a bit adds it.
            root.words[bit / 64] |= 1 << (bit % 64)
            let fits = !rest.isLess(than: root)
            if fits { rest.subtract(root) }
            root.words[bit / 64] &= ~(1 << (bit % 64))
            root.halve()
            if fits { root.words[bit / 64] |= 1 << (bit % 64) }
        }
        return (root, rest)
    }

    /// Squares are rare modulo small numbers: of a hundred others, one goes on to the square root.
    var isSquare: Bool {
        for modulus: UInt64 in [64, 63, 65, 11] {
            let rest = remainder(by: modulus)
            guard (0..<modulus).contains(where: { $0 * $0 % modulus == rest }) else { return false }
        }
        return squareRoot().rest.isZero
    }

    func doubled() -> Magnitude {
        var carry: UInt64 = 0
        return Magnitude(
            words: words.map { word in
                defer { carry = word >> 63 }
                return word << 1 | carry
            })
    }

    mutating func add(_ small: UInt64) {
        var carry = small
        for position in words.indices where carry != 0 {
            let (sum, overflow) = words[position].addingReportingOverflow(carry)
            words[position] = sum
            carry = overflow ? 1 : 0
        }
    }

    mutating func add(_ other: Magnitude) {
        var carry: UInt64 = 0
        for position in words.indices {
            let (sum, first) = words[position].addingReportingOverflow(other.words[position])
            let (total, second) = sum.addingReportingOverflow(carry)
            words[position] = total
            carry = first || second ? 1 : 0
        }
    }

    /// The other must not be larger.
    mutating func subtract(_ other: Magnitude) {
        var borrow: UInt64 = 0
        for position in words.indices {
            let (difference, first) = words[position].subtractingReportingOverflow(other.words[position])
            let (total, second) = difference.subtractingReportingOverflow(borrow)
            words[position] = total
            borrow = first || second ? 1 : 0
        }
    }

    private func isLess(than other: Magnitude) -> Bool {
        for position in words.indices.reversed() where words[position] != other.words[position] {
            return words[position] < other.words[position]
        }
        return false
    }

    private mutating func halve() {
        for position in words.indices {
            let above = position + 1 < words.count ? words[position + 1] : 0
            words[position] = words[position] >> 1 | above << 63
        }
    }

    private func remainder(by divisor: UInt64) -> UInt64 {
        words.reversed().reduce(0) { divisor.dividingFullWidth(($0, $1)).remainder }
    }
}
