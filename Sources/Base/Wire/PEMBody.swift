/// Decodes the lines between two boundaries: canonical base64, broken into lines anywhere.
struct PEMBody {
    private var bytes: [UInt8] = []
    /// Up to three digits whose group of four goes on in the next line.
    private var open: [UInt8] = []
    private var isPadded = false

    /// - Parameter digits: about how many are to come.
    init(digits: Int) {
        bytes.reserveCapacity(digits / 4 * 3 + 3)
    }

    mutating func append(_ current: ArraySlice<UInt8>, line: Int) throws(PEMFailure) {
        guard !current.isEmpty else { throw .emptyLine(line: line) }
        guard !isPadded else { throw .afterPadding(line: line) }
        var digits = current
        while digits.last == UInt8(ascii: "="), current.count - digits.count < 2 { digits.removeLast() }
        if let position = Base64Alphabet.standard.firstNonDigit(in: digits) {
            throw .base64(line: line, .notADigit(at: position))
        }
        isPadded = digits.count < current.count
        open += digits
        if isPadded {
            let count = open.count + current.count - digits.count
            guard count.isMultiple(of: 4) else { throw .base64(line: line, .length(count)) }
            try decode(open.count, line: line)
        } else {
            try decode(open.count - open.count % 4, line: line)
        }
    }

    /// - Parameter lastLine: where a group of digits that goes no further is reported.
    consuming func finish(lastLine: Int) throws(PEMFailure) -> [UInt8] {
        guard open.isEmpty else { throw .base64(line: lastLine, .length(open.count)) }
        return bytes
    }

    private mutating func decode(_ count: Int, line: Int) throws(PEMFailure) {
        do {
            try Base64Alphabet.standard.decode(open[..<count], into: &bytes)
        } catch {
            throw .base64(line: line, error)
        }
        open.removeFirst(count)
    }
}
