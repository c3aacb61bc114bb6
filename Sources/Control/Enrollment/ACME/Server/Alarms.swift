import Synchronization

/// Tells those who wait that they have waited long enough, within a hundredth of a second: one timer for all of them, that
/// runs only while somebody waits.
final class Alarms: Sendable {
    private struct Alarm {
        let at: ContinuousClock.Instant
        let ring: @Sendable () -> Void
    }

    private struct State {
        var alarms: [Int: Alarm] = [:]
        var next = 0
        var isRunning = false
    }

    private let state = Mutex(State())

    /// - Returns: by which it is called off.
    func set(after time: Duration, _ ring: @escaping @Sendable () -> Void) -> Int {
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
        while true {
            // Nobody cancels it; if it ever returns at once, all that is due rings as it should.
            try? await Task.sleep(for: .milliseconds(10))
            let due: [Alarm]? = state.withLock { state in
                guard !state.alarms.isEmpty else {
                    state.isRunning = false
                    return nil
                }
                let now = ContinuousClock.now
                let due = state.alarms.filter { $0.value.at <= now }
                for number in due.keys { state.alarms[number] = nil }
                return Array(due.values)
            }
            guard let due else { return }
            for alarm in due { alarm.ring() }
        }
    }
}
