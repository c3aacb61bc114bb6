import Foundation

extension Duration {
    static func hours(_ count: Int64) -> Duration { .seconds(count * 3600) }
    static func days(_ count: Int64) -> Duration { .hours(count * 24) }
    /// Of 365.25 days.
    static func years(_ count: Int64) -> Duration { .hours(count * 8766) }

    /// Seconds, with what is finer than a second left out: a certificate's times have whole seconds.
    var wholeSeconds: TimeInterval { TimeInterval(components.seconds) }

    /// `90 d`, `8 h`, `5 min` or `30 s`: the largest unit that divides it.
    var inWords: String {
        let seconds = components.seconds
        for (unit, length) in [("d", 86_400), ("h", 3600), ("min", 60)] as [(String, Int64)]
        where seconds != 0 && seconds % length == 0 {
            return "\(seconds / length) \(unit)"
        }
        return "\(seconds) s"
    }
}

extension Date {
    /// Cut to the whole second before: what RFC 5280 §4.1.2.5 can write.
    var cutToSecond: Date { Date(timeIntervalSince1970: timeIntervalSince1970.rounded(.down)) }
}
