public import Foundation
public import SymbolonCertificates

/// Lets renewals in at a bounded rate, nearest to expiry first, and tells the rest when to come again.
///
/// Earliest deadline first on one server: if any order lets all renew before their end, this one does. Who is sent away
/// keeps the place that its certificate's end gives it; coming more often, or early, gains nothing.
public struct RenewalAdmission: Sendable {
    public enum Answer: Equatable, Sendable {
        case admitted
        /// Come again after these seconds.
        case comeAgain(after: TimeInterval)
    }

    private struct Place: Comparable {
        let deadline: Date
        let serialNumber: SerialNumber

        static func < (one: Place, other: Place) -> Bool {
            guard one.deadline == other.deadline else { return one.deadline < other.deadline }
            return one.serialNumber.contents.lexicographicallyPrecedes(other.serialNumber.contents)
        }
    }

    private struct Waiting {
        let place: Place
        /// When it was told to come.
        var appointment: Date
    }

    /// How long a place is held past its appointment for one that does not come.
    private static let grace: TimeInterval = 30
    /// The most that are held. 200,000: some tens of megabytes; those beyond are given a time and no place.
    private static let mostWaiting = 200_000

    private let rate: Double
    private let burst: Double
    private var tokens: Double
    private var filledAt: Date?
    /// In order of their ends.
    private var waiting: [Waiting] = []
    private var places: [SerialNumber: Place] = [:]
    private var nextSweep: Date?

    /// - Parameter rate: admissions a second; what gathers while nobody comes is one second's worth, and four at least.
    public init(rate: Double) {
        self.rate = max(rate, 0.01)
        burst = max(4, rate)
        tokens = burst
    }

    /// How many were sent away and are expected.
    public var count: Int { waiting.count }

    /// The same, without those who are not expected any more.
    public mutating func waiting(at now: Date) -> Int {
        sweep(at: now)
        return count
    }

    /// - Parameter deadline: the certificate's end.
    public mutating func ask(_ serialNumber: SerialNumber, deadline: Date, at now: Date) -> Answer {
        fill(at: now)
        sweep(at: now)
        let place = places[serialNumber] ?? Place(deadline: deadline, serialNumber: serialNumber)
        let rank = index(of: place)
        let isKnown = places[serialNumber] != nil
        if tokens >= leftForOthers(before: rank, at: now) + 1 {
            tokens -= 1
            if isKnown { remove(at: rank) }
            return .admitted
        }
        let appointment = now + max(1, (Double(rank) + 1 - tokens) / rate)
        if isKnown {
            // It keeps the appointment that it had while that is still to come: asking again does not put it off.
            if waiting[rank].appointment <= now { waiting[rank].appointment = appointment }
            return .comeAgain(after: waiting[rank].appointment.timeIntervalSince(now))
        }
        if waiting.count < Self.mostWaiting {
            waiting.insert(Waiting(place: place, appointment: appointment), at: rank)
            places[serialNumber] = place
        }
        return .comeAgain(after: appointment.timeIntervalSince(now))
    }

    /// What is there is first for those who end sooner and may come now. But never all of it: who does not come holds up
    /// nobody for longer than it takes to fill.
    private func leftForOthers(before rank: Int, at now: Date) -> Double {
        let most = min(tokens, burst - 1)
        var sooner = 0.0
        for one in waiting[..<rank] where one.appointment <= now {
            sooner += 1
            if sooner >= most { break }
        }
        return sooner
    }

    private mutating func fill(at now: Date) {
        if let filledAt, now > filledAt { tokens = min(burst, tokens + now.timeIntervalSince(filledAt) * rate) }
        filledAt = max(filledAt ?? now, now)
    }

    /// Forgets those who have not come, now and then.
    private mutating func sweep(at now: Date) {
        guard now >= nextSweep ?? now else { return }
        nextSweep = now + Self.grace / 3
        waiting.removeAll { one in
            guard now > one.appointment + Self.grace else { return false }
            places[one.place.serialNumber] = nil
            return true
        }
    }

    private mutating func remove(at index: Int) {
        places[waiting[index].place.serialNumber] = nil
        waiting.remove(at: index)
    }

    /// Where this place is, or would be.
    private func index(of place: Place) -> Int {
        var (low, high) = (0, waiting.count)
        while low < high {
            let middle = (low + high) / 2
            if waiting[middle].place < place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
