/// 32 octets, as SHA-256 makes them, in four words in place of an array: to compare or hash them allocates nothing.
///
/// No SIMD4 of words: it stands at multiples of 32 octets, for which Swift 6.3 leaves too little room in the frame of an
/// asynchronous function, so that what stands behind the frame is overwritten.
package struct Octets32: Hashable, Sendable {
    private var first, second, third, fourth: UInt64

    package static let zero = Octets32(0, 0, 0, 0)

    /// - Parameter octets: 32 of them.
    package init(_ octets: [UInt8]) {
        func word(_ start: Int) -> UInt64 { octets[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(word(0), word(8), word(16), word(24))
    }

    private init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
        (self.first, self.second, self.third, self.fourth) = (first, second, third, fourth)
    }

    package var octets: [UInt8] {
        (0..<32).map { UInt8(truncatingIfNeeded: word($0 / 8) >> UInt64(56 - $0 % 8 * 8)) }
    }

    private func word(_ index: Int) -> UInt64 {
        switch index {
        case 0: first
        case 1: second
        case 2: third
        default: fourth
        }
    }

    /// Word by word, each by itself.
    package static func &+= (left: inout Octets32, right: Octets32) {
        left.first &+= right.first
        left.second &+= right.second
        left.third &+= right.third
        left.fourth &+= right.fourth
    }

    package static func &-= (left: inout Octets32, right: Octets32) {
        left.first &-= right.first
        left.second &-= right.second
        left.third &-= right.third
        left.fourth &-= right.fourth
    }
}
