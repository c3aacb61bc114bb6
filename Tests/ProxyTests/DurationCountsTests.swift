import Testing

@testable import SymbolonProxy

@Suite("How often something took how long")
struct DurationCountsTests {
    @Test("what takes as long as a bound counts below it, as Prometheus' le has it; what takes longer, above it")
    func bounds() {
        var counts = DurationCounts()
        for nanoseconds in [0, 50_000, 50_001, 100_000_000, 100_000_001] as [Int64] { counts.add(nanoseconds) }
        var expected = [UInt64](repeating: 0, count: DurationCounts.bounds.count + 1)
        (expected[0], expected[1], expected[expected.count - 2], expected[expected.count - 1]) = (2, 1, 1, 1)
        #expect(counts.counts == expected)
        #expect(abs(counts.seconds - 0.200_100_002) < 1e-12)
        #expect((counts + counts).counts == expected.map { 2 * $0 })
    }
}
