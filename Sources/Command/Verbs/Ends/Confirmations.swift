import Foundation
import SymbolonAdministration

/// Which ends have put a change in force, as it is said at the end of a verb that made one.
struct Confirmations {
    /// How many ends are live.
    let live: Int
    /// Of those, who has not confirmed.
    let stragglers: [ListedEnd]
    let version: UInt64
    let elapsed: Duration
    /// Why it could not be asked; what was done is done.
    let failure: AdministrationFailure?

    /// All that live have confirmed, and it is known.
    var areAll: Bool { stragglers.isEmpty && failure == nil }

    /// Waits until all live ends have confirmed a version, or the patience is at its end.
    static func await(
        _ version: UInt64, for patience: Duration, from administration: any Administration
    ) async -> Confirmations {
        let start = ContinuousClock.now
        do throws(AdministrationFailure) {
            while true {
                let left = patience - (ContinuousClock.now - start)
                // Whole seconds, rounded up: what is left of the last one is waited for.
                let seconds = min(max(Int64(0), left.components.seconds + 1), Int64(ListEnds.longestWait))
                let list = try await administration.perform(ListEnds(behind: version, wait: Int(seconds)))
                let elapsed = ContinuousClock.now - start
                if list.ends.isEmpty || elapsed >= patience {
                    return Confirmations(
                        live: list.live, stragglers: list.ends, version: version, elapsed: elapsed, failure: nil)
                }
            }
        } catch {
            return Confirmations(
                live: 0, stragglers: [], version: version, elapsed: ContinuousClock.now - start, failure: error)
        }
    }

    /// - Parameter otherwise: who hears of it where no end is connected.
    func write(json: Bool, otherwise: String) throws {
        if let failure {
            Lines.complain(
                Complaint(
                    what: "it is done, and whether ends have confirmed it could not be asked",
                    why: failure.why ?? failure.what, mend: "ask again: symbolon ends list"
                ).rendered())
            return
        }
        guard !json else { return Lines.write(try JSONOutput.line(Outcome(self))) }
        guard live > 0 else { return Lines.write("no end is connected: \(otherwise)") }
        Lines.write("\(live - stragglers.count) of \(live) ends confirmed in \(Self.text(elapsed))")
        for one in stragglers {
            Lines.write(
                "not confirmed   \(one.name.printable)  \(one.identity.printable)"
                    + "  (heard \(Moment.span(Date().timeIntervalSince(one.heardAt))) ago)")
        }
    }

    private static func text(_ time: Duration) -> String {
        let milliseconds = Self.milliseconds(time)
        return milliseconds < 1000 ? "\(milliseconds) ms" : "\(Double(milliseconds / 100) / 10) s"
    }

    private static func milliseconds(_ time: Duration) -> Int64 {
        time.components.seconds * 1000 + time.components.attoseconds / 1_000_000_000_000_000
    }

    private struct Outcome: Encodable {
        struct Straggler: Encodable {
            let name: String
            let identity: String
            let confirmed: UInt64
            let heardAt: Date
        }

        let changeCounter: UInt64
        let ends: Int
        let confirmed: Int
        let milliseconds: Int64
        let stragglers: [Straggler]

        init(_ confirmations: Confirmations) {
            changeCounter = confirmations.version
            ends = confirmations.live
            confirmed = confirmations.live - confirmations.stragglers.count
            milliseconds = Confirmations.milliseconds(confirmations.elapsed)
            stragglers = confirmations.stragglers.map {
                Straggler(name: $0.name, identity: $0.identity, confirmed: $0.confirmed, heardAt: $0.heardAt)
            }
        }
    }
}
