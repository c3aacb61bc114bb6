internal import CoreMetrics
internal import Synchronization

/// A number that only grows.
final class CounterSeries: CounterHandler, FloatingPointCounterHandler {
    private let total = Mutex(0.0)

    var value: Double { total.withLock { $0 } }

    func increment(by amount: Int64) { increment(by: Double(amount)) }

    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        total.withLock { $0 += amount }
    }

    /// Raises it to what somebody else has counted.
    func count(upTo value: Int) { total.withLock { $0 = max($0, Double(value)) } }

    func reset() { total.withLock { $0 = 0 } }
}

/// A number as it was last.
final class GaugeSeries: MeterHandler, RecorderHandler {
    private let last = Mutex(0.0)

    var value: Double { last.withLock { $0 } }

    func set(_ value: Int64) { last.withLock { $0 = Double(value) } }
    func set(_ value: Double) { last.withLock { $0 = value } }
    func increment(by amount: Double) { last.withLock { $0 += amount } }
    func decrement(by amount: Double) { last.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }
}

/// How often values were how large. Times are in seconds.
final class HistogramSeries: RecorderHandler, TimerHandler {
    /// From half a millisecond to ten seconds, three steps to a factor of ten.
    static let standardBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    struct Values: Sendable {
        /// One for each bound, and one for what is above all.
        var counts: [UInt64]
        var sum = 0.0
    }

    let bounds: [Double]
    private let state: Mutex<Values>

    init(bounds: [Double] = standardBounds) {
        self.bounds = bounds
        state = Mutex(Values(counts: [UInt64](repeating: 0, count: bounds.count + 1)))
    }

    var values: Values { state.withLock { $0 } }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        let place = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock {
            $0.counts[place] += 1
            $0.sum += value
        }
    }

    /// Takes what somebody else has counted by the same bounds.
    func take(_ counts: [UInt64], sum: Double) {
        guard counts.count == bounds.count + 1 else { return }
        state.withLock { $0 = Values(counts: counts, sum: sum) }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
