import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import Testing

@testable import SymbolonEnrollment

@Suite("Everything below a compromised issuer is replaced")
struct MassReplacementTests {
    private static let replacement = Issuer.Replacement(begun: noon, by: noon + 1 * .hour)

    private func intent(_ profile: ProfileName, ends: TimeInterval) throws -> IssuanceIntent {
        let key = try KeyFingerprint([UInt8](repeating: 7, count: 32))
        return IssuanceIntent(
            serialNumber: try SerialNumber(magnitude: [0x41]), issuerKey: key, profile: profile.rawValue,
            identity: "spiffe://example.internal/a", names: [], publicKey: key, notBefore: noon - 60,
            notAfter: noon + ends, tbs: [1], actor: "test", at: noon - 60)
    }

    @Test("servers first, then what lives long, then the rest; all in the first half of the time")
    func order() throws {
        func window(_ profile: ProfileName, _ ends: TimeInterval) throws -> RenewalWindow {
            try #require(ReplacementOrder(try intent(profile, ends: ends), at: noon).window(Self.replacement))
        }
        let server = try window(.service, 12 * .hour)
        let workload = try window(.workload, 80 * 24 * .hour)
        let device = try window(.device, 80 * 24 * .hour)
        let client = try window(.client, 12 * .hour)
        #expect(server == workload)
        #expect(server.start == noon)
        #expect(server.end <= device.start)
        #expect(device.end <= client.start)
        #expect(client.end <= noon + 1800)
    }

    @Test("a policy's window is moved forward by a replacement, and never put off")
    func forward() throws {
        let certificate = try intent(.client, ends: 12 * .hour)
        let record = IssuanceRecord(intent: certificate, state: .issued(certificate: [1], at: noon))
        let root = TestPKI.goodChain().anchor
        func issuer(_ replacement: Issuer.Replacement?) -> [Issuer] {
            [
                Issuer(
                    .issuing, root, key: certificate.issuerKey, root: certificate.issuerKey, state: .superseded,
                    since: noon, replacement: replacement)
            ]
        }
        let policy = RenewalPolicy()
        let usual = try #require(policy.window(for: record, at: noon))
        #expect(policy.window(for: record, issuedBy: issuer(nil), at: noon) == usual)
        #expect(
            policy.window(for: record, issuedBy: issuer(Self.replacement), at: noon)
                == ReplacementOrder.others.window(Self.replacement))
        let late = Issuer.Replacement(begun: noon + 20 * .hour, by: noon + 30 * .hour)
        #expect(policy.window(for: record, issuedBy: issuer(late), at: noon + 20 * .hour) == usual)
    }

    @Test(
        "C10: 100,000 certificates of 1,000 agents are replaced within the hour, in that order, and nobody is without one"
    )
    func hundredThousand() throws {
        let outcome = try Replaced(agents: 1000, certificates: 100, seed: 10).run()
        #expect(outcome.renewed == 100_000)
        #expect(outcome.lapsed == 0)
        #expect(outcome.last < 3600)
        for (order, next) in zip(ReplacementOrder.allCases, ReplacementOrder.allCases.dropFirst()) {
            #expect(try #require(outcome.median[order]) < #require(outcome.median[next]))
        }
        // The twin: nobody told, in the same hour some are renewed because it is their time, and most are not.
        #expect(try Replaced(agents: 1000, certificates: 10, seed: 10, isTold: false).run().renewed < 2000)
    }
}

/// Agents with many certificates each, which are told at one moment that all are to be replaced. One clock, which is simulated.
private struct Replaced {
    struct Outcome {
        var renewed = 0
        /// Ended, or not replaced when the issuer was taken back.
        var lapsed = 0
        /// Seconds until the last one was let in.
        var last = 0
        var median: [ReplacementOrder: Int] = [:]
    }

    let agents: Int
    let certificates: Int
    let seed: UInt64
    var isTold = true

    private static let replacement = Issuer.Replacement(begun: noon, by: noon + 3600)
    /// How soon an agent hears that something has changed: within a second.
    private static let hearing: ClosedRange<TimeInterval> = 0...1

    private struct Held {
        var schedule: RenewalSchedule
        let order: ReplacementOrder
        let deadline: Date
        let serialNumber: SerialNumber
    }

    private func held(_ random: inout SeededRandom) throws -> [Held] {
        try (0..<agents * certificates).map { number in
            let order = ReplacementOrder.allCases[number % 3]
            let length: TimeInterval = order == .longLived ? 90 * 86_400 : 86_400
            // Renewed at half of its life, each is somewhere in the first half of it.
            let start = noon - Double.random(in: 0...0.4, using: &random) * length
            let life = CertificateLife(start: start, end: start + length)
            var schedule = RenewalSchedule(of: life, suggestion: life.suggestedWindow, at: noon, using: &random)
            let window = order.window(Self.replacement)
            if isTold, let window {
                let heard = noon + Double.random(in: Self.hearing, using: &random)
                schedule.suggest(window, at: heard, using: &random)
            }
            return Held(
                schedule: schedule, order: order, deadline: isTold ? window?.end ?? life.end : life.end,
                serialNumber: try SerialNumber(
                    magnitude: [0x40] + (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }))
        }
    }

    func run() throws -> Outcome {
        var random = SeededRandom(seed: seed)
        var admission = RenewalAdmission(rate: RenewalPolicy.standardRate)
        var held = try held(&random)
        var outcome = Outcome()
        var times: [ReplacementOrder: [Int]] = [:]
        var calendar: [Int: [Int]] = [:]
        let end = Int(Self.replacement.by.timeIntervalSince(noon))
        func note(_ index: Int) {
            calendar[Int(held[index].schedule.next.timeIntervalSince(noon)), default: []].append(index)
        }
        for index in held.indices { note(index) }
        for second in 0..<end {
            for index in calendar.removeValue(forKey: second) ?? [] {
                // Spread over the second, as they come.
                let now = noon + Double(second) + Double.random(in: 0..<1, using: &random)
                switch admission.ask(held[index].serialNumber, deadline: held[index].deadline, at: now) {
                case .admitted:
                    outcome.renewed += 1
                    outcome.last = second
                    times[held[index].order, default: []].append(second)
                case .comeAgain(let pause):
                    held[index].schedule.failed(at: now, retryAfter: pause, using: &random)
                    note(index)
                }
            }
        }
        if isTold { outcome.lapsed = held.count - outcome.renewed }
        outcome.median = times.mapValues { $0.sorted()[$0.count / 2] }
        return outcome
    }
}
