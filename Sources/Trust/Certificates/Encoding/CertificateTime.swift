public import Foundation

/// A time as a certificate writes it: whole seconds in UTC, and which of two forms it was written in.
///
/// RFC 5280 §4.1.2.5: years 1950 to 2049 as UTCTime, others as GeneralizedTime.
public struct CertificateTime: Hashable, Sendable, CustomStringConvertible {
    public enum Form: Hashable, Sendable { case utcTime, generalizedTime }

    /// Since 1970-01-01T00:00:00Z, leap seconds not counted.
    public let seconds: Int64
    public let form: Form

    /// 9999-12-31T23:59:59Z: no expiry. RFC 5280 §4.1.2.5.
    public static let noExpiry = CertificateTime(seconds: 253_402_300_799)

    private static let earliest: Int64 = -62_167_219_200
    private static let firstOfUTCTime: Int64 = -631_152_000
    private static let firstAfterUTCTime: Int64 = 2_524_608_000

    /// Whole seconds, the fraction dropped, in the form that the RFC asks for. Dates beyond years 0 to 9999 become the
    /// nearest one that can be written, which at the far end is ``noExpiry``.
    public init(_ date: Date) {
        let seconds = date.timeIntervalSince1970.rounded(.down)
        // A comparison with NaN is false, and so falls to the earliest: such a time has long passed.
        guard seconds > Double(Self.earliest) else {
            self.init(seconds: Self.earliest)
            return
        }
        self.init(seconds: seconds < 253_402_300_799 ? Int64(seconds) : 253_402_300_799)
    }

    private init(seconds: Int64) {
        self.seconds = seconds
        self.form = Self.requiredForm(of: seconds)
    }

    public var date: Date { Date(timeIntervalSince1970: Double(seconds)) }

    /// False when a year up to 2049 was written as GeneralizedTime.
    public var isInRequiredForm: Bool { form == Self.requiredForm(of: seconds) }

    /// As in 2026-06-01T12:00:00Z.
    public var description: String {
        let digits = Self.digits(of: seconds)
        func part(_ range: Range<Int>) -> String { String(decoding: digits[range], as: UTF8.self) }
        return "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(8..<10)):\(part(10..<12)):\(part(12..<14))Z"
    }

    private static func requiredForm(of seconds: Int64) -> Form {
        (firstOfUTCTime..<firstAfterUTCTime).contains(seconds) ? .utcTime : .generalizedTime
    }
}

// MARK: - Reading and writing

extension CertificateTime {
    struct Unreadable: Error {
        let fault: DERFailure.TimeFault
    }

    /// RFC 5280 §4.1.2.5.1, §4.1.2.5.2: YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ, and nothing else.
    init(contents: ArraySlice<UInt8>, form: Form) throws(Unreadable) {
        let yearDigits = form == .utcTime ? 2 : 4
        guard contents.count == yearDigits + 11 else {
            throw Unreadable(fault: Self.faultOfLength(contents, yearDigits: yearDigits))
        }
        guard contents.last == UInt8(ascii: "Z") else { throw Unreadable(fault: .offset) }
        let start = contents.startIndex
        func number(_ offset: Int, _ count: Int) throws(Unreadable) -> Int64 {
            var value: Int64 = 0
            for index in start + offset..<start + offset + count {
                let digit = contents[index] &- 0x30
                guard digit <= 9 else { throw Unreadable(fault: .notDigits) }
                value = value * 10 + Int64(digit)
            }
            return value
        }
        var year = try number(0, yearDigits)
        // RFC 5280 §4.1.2.5.1: two digits from 50 are of the nineteen hundreds.
        if form == .utcTime { year += year >= 50 ? 1900 : 2000 }
        let month = try number(yearDigits, 2)
        let day = try number(yearDigits + 2, 2)
        let hour = try number(yearDigits + 4, 2)
        let minute = try number(yearDigits + 6, 2)
        let second = try number(yearDigits + 8, 2)
        guard (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day), hour < 24, minute < 60,
            second < 60
        else { throw Unreadable(fault: .notADate) }
        self.seconds = ((Self.dayNumber(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
        self.form = form
    }

    /// The contents octets of the UTCTime or GeneralizedTime.
    var contents: [UInt8] {
        let digits = Self.digits(of: seconds)
        return (form == .utcTime ? digits.dropFirst(2) : digits[...]) + [UInt8(ascii: "Z")]
    }

    /// The same moment, written in `form` whether or not the RFC asks for it.
    package func written(as form: Form) -> CertificateTime {
        CertificateTime(seconds: seconds, form: form)
    }

    private init(seconds: Int64, form: Form) {
        self.seconds = seconds
        self.form = form
    }

    private static func faultOfLength(_ contents: ArraySlice<UInt8>, yearDigits: Int) -> DERFailure.TimeFault {
        if contents.contains(UInt8(ascii: ".")) || contents.contains(UInt8(ascii: ",")) { return .fraction }
        if contents.last != UInt8(ascii: "Z") { return .offset }
        return contents.count == yearDigits + 9 ? .noSeconds : .wrongLength
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 in the Gregorian calendar, for years from 0. Years are counted from March, so that the leap
    /// day is the last of its year and the months before any date follow one formula.
    private static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let marchYear = month > 2 ? year : year - 1
        let era = marchYear >= 0 ? marchYear / 400 : -1
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The fourteen digits YYYYMMDDHHMMSS.
    private static func digits(of seconds: Int64) -> [UInt8] {
        var digits: [UInt8] = []
        append(digitsOf: seconds, form: .generalizedTime, to: &digits)
        return digits
    }

    /// The digits of a form without making an array of their own: a large list has a million times.
    private static func append(digitsOf seconds: Int64, form: Form, to octets: inout [UInt8]) {
        let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let second = seconds - day * 86_400
        // The inverse of `dayNumber`: start at the first of March of year 0 and count eras of 400 years.
        let shifted = day + 719_468
        let era = shifted >= 0 ? shifted / 146_097 : -1
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func append(_ pair: Int64) {
            octets.append(0x30 + UInt8(truncatingIfNeeded: pair / 10))
            octets.append(0x30 + UInt8(truncatingIfNeeded: pair % 10))
        }
        if form == .generalizedTime { append(year / 100) }
        append(year % 100)
        append(month)
        append(dayOfYear - (153 * marchMonth + 2) / 5 + 1)
        append(second / 3600)
        append(second / 60 % 60)
        append(second % 60)
    }

    /// Appends the whole element, identifier and length included.
    package func append(to octets: inout [UInt8]) {
        octets.append((form == .utcTime ? DERTag.utcTime : .generalizedTime).rawValue)
        octets.append(form == .utcTime ? 13 : 15)
        Self.append(digitsOf: seconds, form: form, to: &octets)
        octets.append(UInt8(ascii: "Z"))
    }
}
