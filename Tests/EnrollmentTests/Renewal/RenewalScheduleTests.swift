import Foundation
import SymbolonEnrollment
import SymbolonTestSupport
import Testing

@Suite("When a certificate is renewed")
struct RenewalScheduleTests {
    private let life = CertificateLife(start: noon, end: noon + 86_400)

    private func part(_ moment: Date) -> Double { moment.timeIntervalSince(life.start) / life.length }

    @Test("whom nobody tells anything renews two thirds into its life, less up to a fifteenth, spread evenly")
    func uninformed() {
        var random = SeededRandom(seed: 1)
        let parts = (0..<2000).map { _ in part(RenewalSchedule(of: life, at: noon, using: &random).next) }
        #expect(parts.allSatisfy { (0.6...2.0 / 3).contains($0) })
        let early = parts.count { $0 < 0.6 + (2.0 / 3 - 0.6) / 2 }
        #expect((900...1100).contains(early))
    }

    @Test("our authority suggests a time before half of the life is over")
    func suggested() throws {
        var random = SeededRandom(seed: 2)
        let window = try #require(life.suggestedWindow)
        let parts = (0..<2000).map { _ in
            part(RenewalSchedule(of: life, suggestion: window, at: noon, using: &random).next)
        }
        #expect(parts.allSatisfy { (0.4...0.48).contains($0) })
        #expect(parts.min()! < 0.41 && parts.max()! > 0.47)
    }

    @Test("a suggestion brings a renewal forward and never puts it off")
    func neverLater() throws {
        var random = SeededRandom(seed: 3)
        let late = try #require(RenewalWindow(start: life.end - 60, end: life.end + 60))
        #expect(part(RenewalSchedule(of: life, suggestion: late, at: noon, using: &random).next) <= 2.0 / 3)
        var schedule = RenewalSchedule(of: life, at: noon, using: &random)
        let before = schedule.next
        schedule.suggest(late, at: noon, using: &random)
        #expect(schedule.next == before)
        schedule.suggest(try #require(life.suggestedWindow), at: noon, using: &random)
        #expect(part(schedule.next) <= 0.48)
    }

    @Test("the same suggestion again draws no new time: who asks often does not renew early")
    func drawnOnce() throws {
        var random = SeededRandom(seed: 4)
        let window = try #require(life.suggestedWindow)
        var schedule = RenewalSchedule(of: life, suggestion: window, at: noon, using: &random)
        let first = schedule.next
        for _ in 0..<1000 { schedule.suggest(window, at: noon, using: &random) }
        #expect(schedule.next == first)
    }

    @Test("who finds itself overdue renews soon, and not in the same instant as its neighbours")
    func overdue() {
        var random = SeededRandom(seed: 5)
        let late = noon + 0.9 * 86_400
        let pauses = (0..<2000).map { _ in
            RenewalSchedule(of: life, at: late, using: &random).next.timeIntervalSince(late)
        }
        #expect(pauses.allSatisfy { (0...60).contains($0) })
        #expect(pauses.max()! > 55 && pauses.min()! < 5)
        let last = life.end - 20
        #expect(RenewalSchedule(of: life, at: last, using: &random).next <= last + 2)
    }

    @Test("tries after a failure are never busy, double their pause, and leave many before the end")
    func retries() {
        var random = SeededRandom(seed: 6)
        var schedule = RenewalSchedule(of: life, suggestion: life.suggestedWindow, at: noon, using: &random)
        var now = schedule.next
        var tries: [Date] = []
        while now < life.end {
            tries.append(now)
            schedule.failed(at: now, using: &random)
            #expect(schedule.next.timeIntervalSince(now) >= 1)
            #expect(schedule.next.timeIntervalSince(now) <= 3601)
            now = schedule.next
        }
        #expect((30...400).contains(tries.count))
        // The last hour is worth more tries than the first.
        #expect(tries.count { $0 > life.end - 3600 } > 3 * tries.count { $0 < tries[0] + 3600 } / 2)
        // Nobody is without a try in the last two minutes.
        #expect(tries.contains { $0 > life.end - 120 })
    }

    @Test("after the end it goes on trying, between a second and a minute apart")
    func lapsed() {
        var random = SeededRandom(seed: 7)
        var schedule = RenewalSchedule(of: life, at: noon, using: &random)
        var now = life.end + 10
        for _ in 0..<100 {
            schedule.failed(at: now, using: &random)
            #expect((1...61).contains(schedule.next.timeIntervalSince(now)))
            now = schedule.next
        }
    }

    @Test("one of two minutes does not lie there for half of its life after its end")
    func lapsedAndShort() {
        var random = SeededRandom(seed: 9)
        var schedule = RenewalSchedule(of: CertificateLife(start: noon, end: noon + 120), at: noon, using: &random)
        var now = noon + 130
        for _ in 0..<100 {
            schedule.failed(at: now, using: &random)
            #expect((1...13).contains(schedule.next.timeIntervalSince(now)))
            now = schedule.next
        }
    }

    @Test("after the end Retry-After is kept as it is said: an authority with many to bring back can spread them")
    func retryAfterLapsed() {
        var random = SeededRandom(seed: 10)
        var schedule = RenewalSchedule(of: life, at: noon, using: &random)
        let now = life.end + 60
        schedule.failed(at: now, retryAfter: 40, using: &random)
        #expect((40...42).contains(schedule.next.timeIntervalSince(now)))
        schedule.failed(at: now, retryAfter: 1e9, using: &random)
        #expect((3600...3600 * 1.05).contains(schedule.next.timeIntervalSince(now)))
    }

    @Test("Retry-After is kept, a little more by chance, and talks nobody past its end")
    func retryAfter() {
        var random = SeededRandom(seed: 8)
        var schedule = RenewalSchedule(of: life, at: noon, using: &random)
        let now = noon + 0.7 * 86_400
        for _ in 0..<100 {
            schedule.failed(at: now, retryAfter: 100, using: &random)
            #expect((100...105).contains(schedule.next.timeIntervalSince(now)))
        }
        schedule.failed(at: now, retryAfter: 1e9, using: &random)
        #expect(schedule.next <= now + 3600 * 1.05)
        let late = life.end - 100
        schedule.failed(at: late, retryAfter: 3600, using: &random)
        #expect(schedule.next <= late + 52.5)
        schedule.failed(at: late, retryAfter: -5, using: &random)
        #expect(schedule.next >= late + 1)
    }

    @Test("failures are told the first time, and then each time their number has doubled")
    func told() {
        var random = SeededRandom(seed: 9)
        var schedule = RenewalSchedule(of: life, at: noon, using: &random)
        #expect(!schedule.isWorthTelling)
        let told = (1...20).filter { _ in
            schedule.failed(at: noon, using: &random)
            return schedule.isWorthTelling
        }
        #expect(told == [1, 2, 4, 8, 16])
    }

    @Test("a window ends after it begins (RFC 9773 §4.2)")
    func windows() throws {
        #expect(RenewalWindow(start: noon, end: noon) == nil)
        #expect(RenewalWindow(start: noon, end: noon - 1) == nil)
        let decoder = JSONDecoder()
        #expect(throws: DecodingError.self) {
            try decoder.decode(RenewalWindow.self, from: Data(#"{"start": 10, "end": 5}"#.utf8))
        }
        #expect(try decoder.decode(RenewalWindow.self, from: Data(#"{"start": 5, "end": 10}"#.utf8)).start < noon)
    }
}
