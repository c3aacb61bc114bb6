/// Solves a ribbon's equations as they come.
struct RibbonSystem {
    private let width: Int
    private var rows: [UInt128]
    private var values: [UInt32]

    init(width: Int) {
        self.width = width
        rows = Array(repeating: 0, count: width)
        values = Array(repeating: 0, count: width)
    }

    /// False when the equation contradicts those before it: the system has no solution.
    mutating func insert(_ row: RibbonRow, _ value: UInt32) -> Bool {
        var (column, coefficients, value) = (row.start, row.coefficients, value)
        while rows[column] != 0 {
            coefficients ^= rows[column]
            value ^= values[column]
            guard coefficients != 0 else { return value == 0 }
            let step = coefficients.trailingZeroBitCount
            coefficients >>= UInt128(step)
            column += step
        }
        rows[column] = coefficients
        values[column] = value
        return true
    }

    /// From the last column to the first: each depends only on those after it.
    func solution(bits: Int) -> [UInt64] {
        let stride = width >> 6
        var solution = [UInt64](repeating: 0, count: bits * stride)
        for bit in 0..<bits {
            // Bit j is column `column + j`.
            var known: UInt128 = 0
            for column in (0..<width).reversed() {
                known <<= 1
                let parity = UInt32((known & rows[column]).nonzeroBitCount & 1)
                if parity ^ (values[column] >> UInt32(bit) & 1) == 1 {
                    known |= 1
                    solution[bit * stride + (column >> 6)] |= 1 << UInt64(column & 63)
                }
            }
        }
        return solution
    }
}

extension Ribbon {
    /// Columns for `count` equations: 3 in a hundred more at first, which with 128 coefficients is enough for most sets below
    /// a million, and 1 more with each try that had no solution.
    private static func width(for count: Int, attempt: Int) -> Int {
        (count + count * (3 + attempt) / 100 + band + 63) & ~63
    }

    /// - Parameters:
    ///   - count: how many numbers `fill` puts in.
    ///   - seeds: draws 16 octets; another for each try.
    ///   - fill: puts in each number, by its contents octets, with a value that may depend on its row; answers false as soon
    ///     as the function that it is given does.
    static func made(
        count: Int, bits: Int, seeds: () -> [UInt8],
        _ fill: ((ArraySlice<UInt8>, (RibbonRow) -> UInt32) -> Bool) -> Bool
    ) -> Ribbon {
        var attempt = 0
        while true {
            let (seed, width) = (seeds(), width(for: count, attempt: attempt))
            var system = RibbonSystem(width: width)
            let isSolved = fill { number, value in
                let row = RibbonRow(number, seed: seed, width: width)
                return system.insert(row, value(row))
            }
            if isSolved {
                return Ribbon(seed: seed, width: width, bits: bits, solution: system.solution(bits: bits))
            }
            attempt += 1
        }
    }
}
