import Foundation
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonTestSupport
import Testing

@Suite("Renewals are let in at a bounded rate, nearest to expiry first")
struct RenewalAdmissionTests {
    private func serial(_ number: Int) throws -> SerialNumber {
        try SerialNumber(magnitude: [0x40] + (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) })
    }

    /// One that has given away what had gathered.
    private func spent(_ rate: Double) throws -> RenewalAdmission {
        var admission = RenewalAdmission(rate: rate)
        for index in 0..<4 {
            #expect(admission.ask(try serial(1000 + index), deadline: noon + 9999, at: noon) == .admitted)
        }
        return admission
    }

    @Test("one alone is let in at once")
    func alone() throws {
        var admission = RenewalAdmission(rate: 10)
        for index in 0..<50 {
            let now = noon + Double(index)
            #expect(admission.ask(try serial(index), deadline: noon + 3600, at: now) == .admitted)
        }
        #expect(admission.count == 0)
    }

    @Test("no more than the rate pass, whoever asks how often")
    func bounded() throws {
        var admission = RenewalAdmission(rate: 10)
        var admitted = 0
        for step in 0..<500 {
            for index in 0..<20
            where admission.ask(
                try serial(step * 20 + index), deadline: noon + 3600, at: noon + Double(step) / 100) == .admitted
            {
                admitted += 1
            }
        }
        // Five seconds, and one second's worth that had gathered.
        #expect((45...60).contains(admitted))
    }

    @Test("of those who wait, the one that ends first is let in first, in whatever order they ask")
    func nearestFirst() throws {
        var admission = try spent(1)
        for index in [3, 1, 4, 0, 2] {
            let answer = admission.ask(try serial(index), deadline: noon + 100 + Double(index), at: noon)
            #expect(answer != .admitted)
        }
        var order: [Int] = []
        for second in 1...40 {
            // The most patient one asks first, each time.
            for index in [4, 3, 2, 1, 0] where !order.contains(index) {
                let answer = admission.ask(
                    try serial(index), deadline: noon + 100 + Double(index), at: noon + Double(second))
                if answer == .admitted { order.append(index) }
            }
        }
        #expect(order == [0, 1, 2, 3, 4])
    }

    @Test("asking again and again gains nothing")
    func pushy() throws {
        var admission = try spent(1)
        guard case .comeAgain(let first) = admission.ask(try serial(1), deadline: noon + 50, at: noon),
            case .comeAgain(let second) = admission.ask(try serial(2), deadline: noon + 60, at: noon)
        else { return #expect(Bool(false), "both should have been sent away") }
        #expect(first < second)
        for _ in 0..<1000 {
            #expect(
                admission.ask(try serial(2), deadline: noon + 60, at: noon + 0.5) == .comeAgain(after: second - 0.5))
        }
        #expect(admission.ask(try serial(1), deadline: noon + 50, at: noon + first) == .admitted)
    }

    @Test("one that does not come is forgotten, and holds up nobody")
    func absent() throws {
        var admission = try spent(1)
        for index in 0..<100 { _ = admission.ask(try serial(index), deadline: noon + Double(index), at: noon) }
        #expect(admission.count == 100)
        let late = try serial(300)
        // While they are expected, one that ends later is let in nearly as fast as ever.
        let waited = (1...20).first { second in
            admission.ask(late, deadline: noon + 9999, at: noon + 100 + Double(second)) == .admitted
        }
        #expect(waited ?? 99 <= 5)
        let later = noon + 200
        #expect(admission.ask(try serial(200), deadline: noon + 9999, at: later) == .admitted)
        #expect(admission.count <= 1)
    }

    @Test("A13: 10,000 agents restarted together: the peak is at most three times the mean, and none fails")
    func herd() throws {
        let run = try Herd(agents: 10_000, rate: 200, seed: 13).run()
        #expect(run.lapsed == 0)
        #expect(run.renewed == 10_000)
        #expect(run.peakAdmitted <= 3 * run.meanAdmitted)
        #expect(run.peakArrivals <= 3 * run.meanArrivals)
        // Honest twin of the bound: without an admission the same agents would have come as they were let in.
        #expect(run.seconds < 300)
    }

    @Test("A13: those who end in two minutes are not behind those who end in hours")
    func urgentInHerd() throws {
        let run = try Herd(agents: 4000, rate: 50, seed: 14, life: 3600, left: 70...3000).run()
        #expect(run.lapsed == 0)
    }
}

/// Agents that found themselves overdue at once, each with its own schedule, before one admission.
private struct Herd {
    struct Outcome {
        var renewed = 0
        var lapsed = 0
        var admitted: [Int: Int] = [:]
        var arrivals: [Int: Int] = [:]

        var seconds: Int { (admitted.keys.max() ?? 0) + 1 }
        var peakAdmitted: Double { Double(admitted.values.max() ?? 0) }
        var meanAdmitted: Double { Double(admitted.values.reduce(0, +)) / Double(seconds) }
        var peakArrivals: Double { Double(arrivals.values.max() ?? 0) }
        var meanArrivals: Double { Double(arrivals.values.reduce(0, +)) / Double((arrivals.keys.max() ?? 0) + 1) }
    }

    let agents: Int
    let rate: Double
    let seed: UInt64
    var life: TimeInterval = 86_400
    /// Seconds that are left of their lives when they start.
    var left: ClosedRange<TimeInterval> = 600...20_000

    func run() throws -> Outcome {
        var random = SeededRandom(seed: seed)
        var admission = RenewalAdmission(rate: rate)
        var outcome = Outcome()
        var schedules = (0..<agents).map { _ in
            let end = noon + Double.random(in: left, using: &random)
            return RenewalSchedule(
                of: CertificateLife(start: end - life, end: end), at: noon, using: &random)
        }
        var calendar: [Int: [Int]] = [:]
        // In hundredths of a second: the order inside one is of no matter.
        func note(_ agent: Int) {
            calendar[Int(schedules[agent].next.timeIntervalSince(noon) * 100), default: []].append(agent)
        }
        for agent in 0..<agents { note(agent) }
        var instant = 0
        while outcome.renewed + outcome.lapsed < agents {
            for agent in calendar.removeValue(forKey: instant) ?? [] {
                let now = noon + Double(instant) / 100
                outcome.arrivals[instant / 100, default: 0] += 1
                let life = schedules[agent].life
                guard now <= life.end else {
                    outcome.lapsed += 1
                    continue
                }
                let serial = try SerialNumber(
                    magnitude: [0x40] + (0..<4).map { UInt8(truncatingIfNeeded: agent >> (24 - 8 * $0)) })
                switch admission.ask(serial, deadline: life.end, at: now) {
                case .admitted:
                    outcome.renewed += 1
                    outcome.admitted[instant / 100, default: 0] += 1
                case .comeAgain(let seconds):
                    schedules[agent].failed(at: now, retryAfter: seconds, using: &random)
                    note(agent)
                }
            }
            instant += 1
        }
        return outcome
    }
}
