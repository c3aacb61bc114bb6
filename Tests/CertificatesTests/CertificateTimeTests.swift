import Foundation
import SymbolonCertificates
import SymbolonTestSupport
import Testing

@Suite("RFC 5280 §4.1.2.5: times")
struct CertificateTimeTests {
    private static func parse(_ tag: UInt8, _ contents: String) throws -> CertificateTime {
        var reader = DERReader(text(tag, contents))
        return try reader.time()
    }

    struct Good: Sendable {
        let tag: UInt8
        let contents: String
        let description: String
        let seconds: Int64
        let isInRequiredForm: Bool

        init(_ tag: UInt8, _ contents: String, _ description: String, _ seconds: Int64, _ isInRequiredForm: Bool = true)
        {
            self.tag = tag
            self.contents = contents
            self.description = description
            self.seconds = seconds
            self.isInRequiredForm = isInRequiredForm
        }
    }

    @Test(
        "X18: reads both forms and knows which one a year asks for",
        arguments: [
            Good(0x17, "700101000000Z", "1970-01-01T00:00:00Z", 0),
            Good(0x17, "500101000000Z", "1950-01-01T00:00:00Z", -631_152_000),
            Good(0x17, "491231235959Z", "2049-12-31T23:59:59Z", 2_524_607_999),
            Good(0x18, "20500101000000Z", "2050-01-01T00:00:00Z", 2_524_608_000),
            Good(0x18, "20491231235959Z", "2049-12-31T23:59:59Z", 2_524_607_999, false),
            Good(0x18, "19500101000000Z", "1950-01-01T00:00:00Z", -631_152_000, false),
            Good(0x18, "19491231235959Z", "1949-12-31T23:59:59Z", -631_152_001),
            Good(0x17, "260601120000Z", "2026-06-01T12:00:00Z", 1_780_315_200),
            Good(0x17, "240229000000Z", "2024-02-29T00:00:00Z", 1_709_164_800),
            Good(0x18, "00000101000000Z", "0000-01-01T00:00:00Z", -62_167_219_200),
            Good(0x18, "99991231235959Z", "9999-12-31T23:59:59Z", 253_402_300_799),
        ])
    func good(_ one: Good) throws {
        let time = try Self.parse(one.tag, one.contents)
        #expect(time.seconds == one.seconds)
        #expect(time.date == Date(timeIntervalSince1970: TimeInterval(one.seconds)))
        #expect(time.description == one.description)
        #expect(time.isInRequiredForm == one.isInRequiredForm)
    }

    @Test("X18: 99991231235959Z means no expiry")
    func noExpiry() throws {
        #expect(try Self.parse(0x18, "99991231235959Z") == .noExpiry)
        #expect(CertificateTime(.distantFuture) != .noExpiry)
        #expect(CertificateTime(Date(timeIntervalSince1970: 1e18)) == .noExpiry)
    }

    @Test(
        "X18: refuses",
        arguments: [
            (0x17, "2606011200Z", DERFailure.TimeFault.noSeconds),
            (0x18, "202606011200Z", .noSeconds),
            (0x18, "20260601120000.5Z", .fraction),
            (0x18, "20260601120000,5Z", .fraction),
            (0x17, "260601120000+0000", .offset),
            (0x17, "2606011200000", .offset),
            (0x18, "20260601120000", .offset),
            (0x18, "20260601120000-0100", .offset),
            (0x17, "26060112000aZ", .notDigits),
            (0x17, "26-601120000Z", .notDigits),
            (0x17, "20260601120000Z", .wrongLength),
            (0x18, "260601120000Z", .noSeconds),
            (0x17, "", .offset),
            (0x17, "261301120000Z", .notADate),
            (0x17, "260001120000Z", .notADate),
            (0x17, "260600120000Z", .notADate),
            (0x17, "260631120000Z", .notADate),
            (0x17, "250229120000Z", .notADate),
            (0x18, "19000229000000Z", .notADate),
            (0x17, "260601240000Z", .notADate),
            (0x17, "260601126000Z", .notADate),
            (0x17, "260601120060Z", .notADate),
        ] as [(UInt8, String, DERFailure.TimeFault)])
    func refused(_ tag: UInt8, _ contents: String, _ fault: DERFailure.TimeFault) {
        #expect(throws: DERFailure(.invalidTime(fault), at: 0)) { _ = try Self.parse(tag, contents) }
    }

    @Test("refuses another element where a time is due")
    func notATime() {
        #expect(throws: DERFailure(.unexpectedTag(expected: 0x17, found: 0x13), at: 0)) {
            _ = try Self.parse(0x13, "260601120000Z")
        }
    }

    @Test("a date is written in the form its year asks for, and read back")
    func roundTrip() throws {
        var random = SeededRandom(seed: 18)
        let calendar = Self.utc
        for _ in 0..<2000 {
            let seconds = Int64.random(in: -62_167_219_200...253_402_300_799, using: &random)
            let date = Date(timeIntervalSince1970: TimeInterval(seconds))
            let time = CertificateTime(date)
            #expect(time.seconds == seconds)
            #expect(time.isInRequiredForm)
            let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
            guard date >= Date(timeIntervalSince1970: -12_000_000_000) else { continue }
            // Foundation's calendar turns Julian before 1582; after that the two must agree.
            let expected = [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second].map { $0 ?? -1 }
            let digits = time.description.split { "-T:Z".contains($0) }.map { Int($0) ?? -2 }
            #expect(digits == expected)
        }
    }

    @Test(
        "a fraction of a second is dropped, also before 1970, and what cannot be written becomes the nearest that can")
    func rounding() {
        #expect(CertificateTime(noon + 0.999).date == noon)
        #expect(CertificateTime(Date(timeIntervalSince1970: -0.5)).seconds == -1)
        #expect(CertificateTime(Date(timeIntervalSince1970: -1e18)).description == "0000-01-01T00:00:00Z")
        #expect(CertificateTime(Date(timeIntervalSince1970: .nan)).description == "0000-01-01T00:00:00Z")
        #expect(CertificateTime(Date(timeIntervalSince1970: .infinity)) == .noExpiry)
    }

    private static var utc: Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }
}
