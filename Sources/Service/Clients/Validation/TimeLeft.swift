import NIOCore

/// The end of a validation, however many steps it has.
struct TimeLeft: Sendable {
    private let end: ContinuousClock.Instant
    private let seconds: Int

    init(seconds: Int) {
        self.seconds = seconds
        end = .now + .seconds(seconds)
    }

    /// What one step may take: its own bound, or what is left.
    func step(atMost bound: TimeAmount) throws(ChallengeFailure) -> TimeAmount {
        let (whole, attoseconds) = (end - .now).components
        let left = TimeAmount.seconds(whole) + .nanoseconds(attoseconds / 1_000_000_000)
        guard left > .zero else { throw .tookTooLong(seconds: seconds) }
        return min(left, bound)
    }
}
