import Foundation
import SymbolonTestSupport
import Testing

@testable import SymbolonWire

@Suite("RFC 3339 §5.6: times that operators and programs write")
struct RFC3339Tests {
    @Test(
        "a moment is read whatever its offset and fraction",
        arguments: [
            ("2026-06-01T12:00:00Z", noon), ("2026-06-01t12:00:00z", noon), ("2026-06-01T14:30:00+02:30", noon),
            ("2026-06-01T03:59:59.5-08:00", noon - 0.5), ("1970-01-01T00:00:00+00:00", Date(timeIntervalSince1970: 0)),
            ("2000-02-29T00:00:00Z", Date(timeIntervalSince1970: 951_782_400)),
            ("0001-01-01T00:00:00Z", Date(timeIntervalSince1970: -62_135_596_800)),
            ("9999-12-31T23:59:59Z", Date(timeIntervalSince1970: 253_402_300_799)),
        ])
    func reads(_ text: String, _ date: Date) throws {
        #expect(try RFC3339.parse(text) == date)
    }

    @Test(
        "what is no such time is refused",
        arguments: [
            "", "2026-06-01", "2026-06-01T12:00:00", "2026-06-01T12:00Z", "2026-02-29T12:00:00Z",
            "2026-13-01T12:00:00Z",
            "2026-00-01T12:00:00Z", "2026-06-01T24:00:00Z", "2026-06-01T12:60:00Z", "2026-06-01T12:00:61Z",
            "2026-06-01T12:00:00.Z", "2026-06-01T12:00:00+0200", "2026-06-01T12:00:00+24:00", "2026-06-01T12:00:00Zx",
            "２026-06-01T12:00:00Z", "20260601T120000Z", "2026-06-01T12:00:00 02:00",
        ])
    func refuses(_ text: String) {
        #expect(throws: RFC3339.Unreadable(text: text)) { try RFC3339.parse(text) }
    }
}
