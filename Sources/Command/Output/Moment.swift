import Foundation

/// Times and spans as people read them: always UTC, always with the unit.
enum Moment {
    /// RFC 3339, to the second: `2026-06-01T12:00:00Z`.
    static func text(_ date: Date) -> String {
        date.formatted(.iso8601)
    }

    /// The largest two units that say it: `23 h 59 min`, `4 d 2 h`, `12 s`.
    static func span(_ seconds: TimeInterval) -> String {
        let total = Int(abs(seconds).rounded())
        let (days, hours, minutes, rest) = (total / 86400, total % 86400 / 3600, total % 3600 / 60, total % 60)
        if days > 0 { return hours > 0 && days < 30 ? "\(days) d \(hours) h" : "\(days) d" }
        if hours > 0 { return minutes > 0 ? "\(hours) h \(minutes) min" : "\(hours) h" }
        if minutes > 0 { return rest > 0 ? "\(minutes) min \(rest) s" : "\(minutes) min" }
        return "\(rest) s"
    }
}
