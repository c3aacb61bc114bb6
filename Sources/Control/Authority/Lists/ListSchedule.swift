public import Foundation

/// When lists are made anew, and how long each holds.
public struct ListSchedule: Equatable, Sendable {
    /// A list of this kind is made again when it is this old, whether or not anything changed.
    public struct Pace: Equatable, Sendable {
        public let interval: Duration
        /// From thisUpdate to nextUpdate.
        public let life: Duration

        /// - Parameter life: at least twice the interval: an authority that is away for one interval lets nothing lapse.
        public init(interval: Duration, life: Duration) {
            precondition(interval > .zero && life >= interval * 2)
            self.interval = interval
            self.life = life
        }
    }

    public let complete: Pace
    public let delta: Pace
    /// A complete list with more entries is not made for each change, but at most once in `patience`; its delta is.
    public let large: Int
    public let patience: Duration

    /// Complete lists four times a day, for a day; deltas every hour, for six: who cannot reach the authority for a night
    /// still has a complete list. 20,000 entries are 1 MB, which nobody should fetch anew for one change in a second.
    public init(
        complete: Pace = Pace(interval: .seconds(6 * 3600), life: .seconds(24 * 3600)),
        delta: Pace = Pace(interval: .seconds(3600), life: .seconds(6 * 3600)), large: Int = 20_000,
        patience: Duration = .seconds(600)
    ) {
        self.complete = complete
        self.delta = delta
        self.large = large
        self.patience = patience
    }

    func pace(of kind: ListStanding.Kind) -> Pace { kind == .complete ? complete : delta }

    /// The list is as old as it is allowed to become.
    func isDue(_ list: ListStanding, at now: Date) -> Bool {
        now >= list.thisUpdate + pace(of: list.kind).interval.wholeSeconds
    }

    /// The list should have been replaced long ago, and has used up half of what it has to spare: somebody must look.
    public func isLate(_ list: ListStanding, at now: Date) -> Bool {
        let pace = pace(of: list.kind)
        return now >= list.thisUpdate + (pace.interval + (pace.life - pace.interval) / 2).wholeSeconds
    }
}
