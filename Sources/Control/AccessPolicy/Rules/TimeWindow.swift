public import Foundation

/// When a rule holds: days of the week and hours in a zone, or a stretch of dates, or both.
public struct TimeWindow: Hashable, Sendable, CustomStringConvertible {
    public enum Weekday: Int, CaseIterable, Hashable, Sendable {
        case monday, tuesday, wednesday, thursday, friday, saturday, sunday

        /// As it is written: the first three letters.
        static let words = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        var word: String { Self.words[rawValue] }
    }

    public let days: Set<Weekday>
    /// In minutes from midnight, the end not included. An end that is not after the start is on the day after, which
    /// needs not be among `days`.
    public let hours: Hours?
    public let zone: TimeZone
    public let from: Date?
    /// Not included.
    public let until: Date?

    public struct Hours: Hashable, Sendable {
        public let start: Int
        public let end: Int

        /// Nil unless both are within a day and differ.
        public init?(from start: Int, to end: Int) {
            guard (0..<1440).contains(start), (0...1440).contains(end), start != end else { return nil }
            self.start = start
            self.end = end
        }

        /// From the start, in minutes.
        var length: Int { end > start ? end - start : end + 1440 - start }
    }

    public init(
        days: Set<Weekday> = Set(Weekday.allCases), hours: Hours? = nil, zone: TimeZone = .gmt, from: Date? = nil,
        until: Date? = nil
    ) {
        self.days = days
        self.hours = hours
        self.zone = zone
        self.from = from
        self.until = until
    }

    public var description: String {
        var parts: [String] = []
        if days.count < 7 { parts.append(Weekday.allCases.filter(days.contains).map(\.word).joined(separator: ",")) }
        if let hours { parts.append("\(Self.text(hours.start))-\(Self.text(hours.end))") }
        if !parts.isEmpty { parts.append(zone.identifier == "GMT" ? "UTC" : zone.identifier) }
        if let from { parts.append("from \(from.formatted(.iso8601))") }
        if let until { parts.append("until \(until.formatted(.iso8601))") }
        return parts.isEmpty ? "always" : parts.joined(separator: " ")
    }

    private static func text(_ minutes: Int) -> String {
        let (hour, minute) = (minutes / 60, minutes % 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }

    private static let day = 86_400

    /// Whether the moment is in the window, and how many seconds later that may be otherwise. Nil: never again.
    func standing(at now: Date) -> (isWithin: Bool, for: Double?) {
        if let until, now >= until { return (false, nil) }
        if let from, now < from { return (false, from.timeIntervalSince(now)) }
        let end = until?.timeIntervalSince(now)
        guard days.count < 7 || hours != nil else { return (true, end) }
        let offset = zone.secondsFromGMT(for: now)
        let local = Int(now.timeIntervalSince1970.rounded(.down)) + offset
        // 1970-01-01 was a Thursday.
        let dayNumber = (local >= 0 ? local : local - Self.day + 1) / Self.day
        let second = local - dayNumber * Self.day
        let weekday = ((dayNumber + 3) % 7 + 7) % 7
        let (isWithin, next) = standing(on: weekday, at: second)
        var left = Double(next) - (now.timeIntervalSince1970 - now.timeIntervalSince1970.rounded(.down))
        // The local clock is put forward or back: it is looked at again then.
        if let change = zone.nextDaylightSavingTimeTransition(after: now) {
            left = min(left, change.timeIntervalSince(now))
        }
        return (isWithin, min(left, end ?? left))
    }

    /// - Returns: whether a second of a weekday is within, and in how many seconds the next edge or midnight is.
    private func standing(on weekday: Int, at second: Int) -> (Bool, Int) {
        func isDay(_ number: Int) -> Bool { days.contains { $0.rawValue == (number + 7) % 7 } }
        guard let hours else { return (isDay(weekday), Self.day - second) }
        let (start, length) = (hours.start * 60, hours.length * 60)
        let edges = [start, start + length, start + length - Self.day].filter { $0 > second && $0 < Self.day }
        let next = (edges.min() ?? Self.day) - second
        let isToday = isDay(weekday) && second >= start && second < start + length
        // What began yesterday and goes on past midnight.
        let isYesterday = isDay(weekday - 1) && second < start + length - Self.day
        return (isToday || isYesterday, next)
    }
}
