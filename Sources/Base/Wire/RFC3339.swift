package import Foundation

/// Times as operators and programs write them: `2026-06-01T12:00:00Z`, with fractions of a second and offsets if need be.
package enum RFC3339 {
    package struct Unreadable: Error, Equatable {
        package let text: String
    }

    private static let shape = Array("0000-00-00T00:00:00".utf8)

    /// RFC 3339 §5.6. A leap second counts as the second after it.
    package static func parse(_ text: String) throws(Unreadable) -> Date {
        guard let date = date(Array(text.uppercased().utf8)) else { throw Unreadable(text: text) }
        return date
    }

    private static func date(_ text: [UInt8]) -> Date? {
        guard text.count > shape.count, zip(shape, text).allSatisfy({ $0 == 0x30 ? isDigit($1) : $0 == $1 }) else {
            return nil
        }
        let (year, month, day) = (number(text[0..<4]), number(text[5..<7]), number(text[8..<10]))
        let (hour, minute, second) = (number(text[11..<13]), number(text[14..<16]), number(text[17..<19]))
        guard (1...12).contains(month), (1...days(in: month, of: year)).contains(day), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        var rest = text[shape.count...]
        var fraction = 0.0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix(while: isDigit)
            guard !digits.isEmpty, let value = Double("0." + String(decoding: digits, as: UTF8.self)) else {
                return nil
            }
            fraction = value
            rest = rest.dropFirst(digits.count + 1)
        }
        guard let offset = offset(Array(rest)) else { return nil }
        let seconds = ((dayNumber(year, month, day) * 24 + hour) * 60 + minute) * 60 + second - offset
        return Date(timeIntervalSince1970: Double(seconds) + fraction)
    }

    /// `Z`, or hours and minutes east of it; in seconds.
    private static func offset(_ text: [UInt8]) -> Int? {
        if text == [UInt8(ascii: "Z")] { return 0 }
        guard text.count == 6, text[3] == UInt8(ascii: ":"), (text[1..<3] + text[4..<6]).allSatisfy(isDigit) else {
            return nil
        }
        let (hours, minutes) = (number(text[1..<3]), number(text[4..<6]))
        guard hours < 24, minutes < 60 else { return nil }
        switch text[0] {
        case UInt8(ascii: "+"): return (hours * 60 + minutes) * 60
        case UInt8(ascii: "-"): return (hours * 60 + minutes) * -60
        default: return nil
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int { digits.reduce(0) { $0 * 10 + Int($1 & 0x0F) } }

    private static func isDigit(_ octet: UInt8) -> Bool { (0x30...0x39).contains(octet) }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && !year.isMultiple(of: 100) || year.isMultiple(of: 400) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 in the Gregorian calendar.
    private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
        // Counted from March, so that a leap day is a year's last; 400 years on, so that no division sees a negative.
        let shifted = (month > 2 ? year : year - 1) + 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        // 865,565: days from the March 400 years before year 0 to 1970-01-01.
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 865_565
    }
}
