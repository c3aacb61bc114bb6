/// A function from serial numbers to a few bits that stores the bits and not the numbers: the solution of one linear
/// equation over GF(2) for each number put in. A number that was not put in gets bits too, and they mean nothing.
///
/// After Dillinger and Walzer, "Ribbon filter: practically smaller than Bloom and Xor" (2021).
struct Ribbon: Hashable {
    /// Coefficients of an equation.
    static let band = 128
    /// 16 octets: a second try has another, and no two filters need the same.
    static let seedOctets = 16
    /// The most bits that a number can have. 32: one false hit in four thousand million.
    static let mostBits = 32

    let seed: [UInt8]
    /// Columns of the system, a multiple of 64; 0 when nothing was put in.
    let width: Int
    /// Bits of an answer.
    let bits: Int
    /// `bits` solutions of `width` bits, one after another; bit i of a solution is bit i mod 64 of word i / 64. A word more
    /// at the end, so that reading a band never looks beyond it.
    private let solution: [UInt64]

    /// - Parameter solution: without the word at the end.
    init(seed: [UInt8], width: Int, bits: Int, solution: [UInt64]) {
        self.seed = seed
        self.width = width
        self.bits = bits
        self.solution = solution + [0, 0]
    }

    static func empty(bits: Int) -> Ribbon { Ribbon(seed: [], width: 0, bits: bits, solution: []) }

    var words: ArraySlice<UInt64> { solution.dropLast(2) }

    /// - Parameter serialNumber: its contents octets.
    func row(of serialNumber: ArraySlice<UInt8>) -> RibbonRow { RibbonRow(serialNumber, seed: seed, width: width) }

    /// The bits of a row; bit 0 from the first solution.
    func answer(at row: RibbonRow) -> UInt64 {
        let (word, shift) = (row.start >> 6, UInt64(row.start & 63))
        let stride = width >> 6
        var answer: UInt64 = 0
        for bit in 0..<bits {
            let first = bit * stride + word
            let low = solution[first] >> shift | (shift == 0 ? 0 : solution[first + 1] << (64 - shift))
            let high = solution[first + 1] >> shift | (shift == 0 ? 0 : solution[first + 2] << (64 - shift))
            let parity =
                (low & UInt64(truncatingIfNeeded: row.coefficients)).nonzeroBitCount
                ^ (high & UInt64(truncatingIfNeeded: row.coefficients >> 64)).nonzeroBitCount
            answer |= UInt64(parity & 1) << UInt64(bit)
        }
        return answer
    }
}
