/// How often something took how long: counts by bounds, for a histogram.
public struct DurationCounts: Equatable, Sendable {
    /// In seconds, from 50 µs to a tenth of a second: issuers seen before need one signature's check, a long new path several.
    public static let bounds = [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1]
    private static let nanoseconds = bounds.map { Int64($0 * 1e9) }

    /// One for each bound, and one for what took longer than all of them.
    public private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    /// All of it together, in nanoseconds.
    private var total: UInt64 = 0

    init() {}

    public var seconds: Double { Double(total) / 1e9 }

    mutating func add(_ nanoseconds: Int64) {
        var place = 0
        while place < Self.nanoseconds.count, nanoseconds > Self.nanoseconds[place] { place += 1 }
        counts[place] &+= 1
        total &+= UInt64(max(0, nanoseconds))
    }

    static func + (left: DurationCounts, right: DurationCounts) -> DurationCounts {
        var sum = left
        for place in sum.counts.indices { sum.counts[place] &+= right.counts[place] }
        sum.total &+= right.total
        return sum
    }
}
