internal import Foundation
internal import Synchronization

/// RFC 9110 §5.6.7: IMF-fixdate.
enum HTTPDate {
    static func text(_ date: Date) -> String {
        let seconds = Int(date.timeIntervalSince1970.rounded(.down))
        let day = Int((Double(seconds) / 86_400).rounded(.down))
        let second = seconds - day * 86_400
        let (year, month, dayOfMonth) = civil(day)
        var text = ""
        text.reserveCapacity(29)
        // 1 January 1970 was a Thursday.
        text += days[((day % 7) + 11) % 7]
        text += ", "
        text += two(dayOfMonth)
        text += " "
        text += months[month - 1]
        text += " "
        text += two(year / 100)
        text += two(year % 100)
        text += " "
        text += two(second / 3600)
        text += ":"
        text += two(second / 60 % 60)
        text += ":"
        text += two(second % 60)
        text += " GMT"
        return text
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// Days since 1970 as a date of the Gregorian calendar: from the first of March of year 0, in eras of 400 years.
    private static func civil(_ day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = Int((Double(shifted) / 146_097).rounded(.down))
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1
        )
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

/// RFC 9110 §6.6.1: the time of the answer, written once a second.
final class DateField: Sendable {
    private let clock: @Sendable () -> Date
    private let last = Mutex<(second: Int, text: String)>((Int.min, ""))

    init(_ clock: @escaping @Sendable () -> Date) { self.clock = clock }

    var text: String {
        let now = clock()
        let second = Int(now.timeIntervalSince1970.rounded(.down))
        return last.withLock { last in
            if last.second != second { last = (second, HTTPDate.text(now)) }
            return last.text
        }
    }
}
