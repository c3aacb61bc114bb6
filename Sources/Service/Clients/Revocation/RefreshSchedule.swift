public import Foundation

/// When a place is asked again: well before what it gave ends, and not at the same moment as everybody else.
public struct RefreshSchedule: Sendable {
    /// The longest wait, in seconds: what is revoked in between is not known until then.
    public let longest: TimeInterval

    /// The shortest wait after a success. 10 s: a list that is about to end is asked for often, and its server not overrun.
    static let shortest: TimeInterval = 10
    /// The waits after the first and the last of many failures.
    static let retries: ClosedRange<TimeInterval> = 5...300

    public init(longest: TimeInterval) {
        self.longest = max(longest, Self.shortest)
    }

    /// - Parameters:
    ///   - end: when what is known ends; nil: it does not say.
    ///   - chance: 0 to 1.
    public func afterSuccess(at now: Date, until end: Date?, chance: Double) -> TimeInterval {
        // Half to three quarters of what is left: there is time for several tries before the end.
        let left = end.map { $0.timeIntervalSince(now) } ?? .infinity
        return max(Self.shortest, min(left * (0.5 + 0.25 * chance), longest * (0.9 + 0.1 * chance)))
    }

    /// - Parameter failures: in a row, from 1.
    public func afterFailure(_ failures: Int, chance: Double) -> TimeInterval {
        let wait = min(Self.retries.upperBound, Self.retries.lowerBound * pow(2, Double(min(failures, 16) - 1)))
        return min(wait, longest) * (0.75 + 0.25 * chance)
    }
}
