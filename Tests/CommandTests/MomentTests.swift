import Foundation
import SymbolonTestSupport
import Testing

@testable import symbolon

@Suite("Times and spans as people read them")
struct MomentTests {
    @Test("a time is in UTC, to the second")
    func text() {
        #expect(Moment.text(noon) == "2026-06-01T12:00:00Z")
    }

    @Test(
        "a span is told in the largest two units that say it",
        arguments: [
            (0, "0 s"), (0.4, "0 s"), (12, "12 s"), (59.6, "1 min"), (60, "1 min"), (61, "1 min 1 s"), (3600, "1 h"),
            (3659, "1 h"), (3660, "1 h 1 min"), (86_340, "23 h 59 min"), (86_400, "1 d"), (93_600, "1 d 2 h"),
            (86_400 * 30 + 7200, "30 d"), (-90, "1 min 30 s"),
        ] as [(TimeInterval, String)])
    func span(_ seconds: TimeInterval, _ text: String) {
        #expect(Moment.span(seconds) == text)
    }
}
