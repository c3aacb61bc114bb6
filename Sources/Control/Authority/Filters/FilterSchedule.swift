public import Foundation

/// When filters are made anew, and how long each holds.
public struct FilterSchedule: Equatable, Sendable {
    public let complete: ListSchedule.Pace
    public let update: ListSchedule.Pace
    /// With more certificates than this an update is not made for each change, but at most once in `patience`.
    public let large: Int
    public let patience: Duration

    /// A complete filter once a day, for a week: whoever carries it may be without a connection for days. Updates every hour,
    /// for a day. 100,000 certificates are looked through in some 0.3 s.
    public init(
        complete: ListSchedule.Pace = .init(interval: .seconds(86_400), life: .seconds(7 * 86_400)),
        update: ListSchedule.Pace = .init(interval: .seconds(3600), life: .seconds(86_400)), large: Int = 100_000,
        patience: Duration = .seconds(600)
    ) {
        self.complete = complete
        self.update = update
        self.large = large
        self.patience = patience
    }

    func pace(of kind: FilterStanding.Kind) -> ListSchedule.Pace { kind == .complete ? complete : update }

    /// What is to be made now; nil: nothing.
    ///
    /// - Parameter change: the change counter as it is now.
    func due(_ complete: FilterStanding?, _ update: FilterStanding?, changedAt change: UInt64, _ now: Date)
        -> FilterStanding.Kind?
    {
        guard let complete else { return .complete }
        guard now < complete.thisUpdate + self.complete.interval.wholeSeconds else { return .complete }
        let current = update.flatMap { $0.baseNumber == complete.number ? $0 : nil }
        // An update that is half as large as the whole saves nobody anything.
        if let current, current.size > complete.size / 2 + Self.smallest { return .complete }
        let newest = current ?? complete
        if now >= newest.thisUpdate + self.update.interval.wholeSeconds { return .update }
        guard newest.changeCounter < change else { return nil }
        let isLarge = complete.count > large
        return !isLarge || now >= newest.thisUpdate + patience.wholeSeconds ? .update : nil
    }

    /// The octets of an update that says next to nothing.
    private static let smallest = 1024

    /// The filter should have been replaced long ago, and has used up half of what it has to spare: somebody must look.
    public func isLate(_ filter: FilterStanding, at now: Date) -> Bool {
        let pace = pace(of: filter.kind)
        return now >= filter.thisUpdate + (pace.interval + (pace.life - pace.interval) / 2).wholeSeconds
    }
}
