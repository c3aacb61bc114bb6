import Synchronization

/// Tells those who wait that they have waited long enough: all of them equally long, so that one timer does for all, which
/// runs only while somebody waits.
final class Alarms: Sendable {
    private struct Alarm {
        let at: ContinuousClock.Instant
        let ring: @Sendable () -> Void
    }

    private struct State {
        /// By number, which is also the order in which they ring.
        var alarms: [Int: Alarm] = [:]
        var next = 0
        var isRunning = false
    }

    private let time: Duration
    private let state = Mutex(State())

    init(after time: Duration) { self.time = time }

    /// - Returns: by which it is called off.
    func set(_ ring: @escaping @Sendable () -> Void) -> Int {
        let (number, isFirst) = state.withLock { state in
            state.next += 1
            state.alarms[state.next] = Alarm(at: .now + time, ring: ring)
            defer { state.isRunning = true }
            return (state.next, !state.isRunning)
        }
        if isFirst { Task { await self.run() } }
        return number
    }

    func callOff(_ number: Int) { state.withLock { $0.alarms[number] = nil } }

    private func run() async {
        while let next = due() {
            // What is set meanwhile is due later. Nobody cancels it; if it ever returned at once, it would only look again.
            try? await Task.sleep(until: next, clock: .continuous)
        }
    }

    /// Rings what is due. Gives when the next one is; `nil` when nobody waits, and then the next that is set begins again.
    private func due() -> ContinuousClock.Instant? {
        let now = ContinuousClock.now
        let (due, next) = state.withLock { state -> ([Alarm], ContinuousClock.Instant?) in
            let due = state.alarms.filter { $0.value.at <= now }
            for number in due.keys { state.alarms[number] = nil }
            let next = state.alarms.values.map(\.at).min()
            state.isRunning = next != nil
            return (Array(due.values), next)
        }
        for alarm in due { alarm.ring() }
        return next
    }
}
