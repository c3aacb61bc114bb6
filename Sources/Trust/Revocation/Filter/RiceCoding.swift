/// Ascending numbers by the gaps between them, in Golomb's code with a power of two (Rice's): of each gap, less one, the
/// low bits as they are after the rest as so many ones and a zero. The first number is a gap from -1.
enum RiceCoding {
    /// How many low bits, for `count` numbers below 2^width: those of a mean gap.
    private static func lowBits(count: Int, width: Int) -> Int {
        max(0, width - (Int.bitWidth - count.leadingZeroBitCount))
    }

    /// - Parameter numbers: ascending, each once, below 2^width.
    /// - Returns: octets, the first bit in the highest place of the first; zeros at the end.
    static func encode(_ numbers: [UInt64], width: Int) -> [UInt8] {
        let low = lowBits(count: numbers.count, width: width)
        var (octets, used) = ([UInt8](), 8)
        func append(_ bit: UInt64) {
            if used == 8 {
                octets.append(0)
                used = 0
            }
            if bit == 1 { octets[octets.count - 1] |= 0x80 >> UInt8(used) }
            used += 1
        }
        var next: UInt64 = 0
        for number in numbers {
            let gap = number - next
            for _ in 0..<gap >> UInt64(low) { append(1) }
            append(0)
            for bit in (0..<low).reversed() { append(gap >> UInt64(bit) & 1) }
            next = number &+ 1
        }
        return octets
    }

    /// Nil for octets that ``encode(_:width:)`` does not make of `count` numbers.
    static func decode(_ octets: ArraySlice<UInt8>, count: Int, width: Int) -> [UInt64]? {
        let low = lowBits(count: count, width: width)
        // Each number has a bit at least.
        guard count <= octets.count * 8 else { return nil }
        let end = octets.count * 8
        var position = 0
        func take() -> UInt64? {
            guard position < end else { return nil }
            let octet = octets[octets.startIndex + position >> 3]
            position += 1
            return UInt64(octet >> UInt8(7 - (position - 1) & 7) & 1)
        }
        let most: UInt64 = width == 64 ? .max : 1 << UInt64(width) - 1
        var numbers: [UInt64] = []
        numbers.reserveCapacity(count)
        for _ in 0..<count {
            var gap: UInt64 = 0
            while let bit = take() {
                guard bit == 1 else { break }
                gap += 1
            }
            guard gap <= most >> UInt64(low) else { return nil }
            for _ in 0..<low {
                guard let bit = take() else { return nil }
                gap = gap << 1 | bit
            }
            guard let previous = numbers.last else {
                numbers.append(gap)
                continue
            }
            let (number, isOver) = previous.addingReportingOverflow(gap)
            guard !isOver, number < most else { return nil }
            numbers.append(number + 1)
        }
        // One spelling: what is written again is what was read.
        return encode(numbers, width: width).elementsEqual(octets) ? numbers : nil
    }
}
