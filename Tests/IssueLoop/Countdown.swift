import Synchronization

/// Counts how often a place is passed.
final class Countdown: Sendable {
    private let left: Atomic<Int>

    init(_ times: Int) { left = Atomic(times) }

    /// True at the last of the times.
    func isOver() -> Bool { left.subtract(1, ordering: .relaxed).newValue == 0 }
}
