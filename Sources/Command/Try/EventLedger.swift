import Foundation
import SymbolonProxy
import Synchronization

/// Keeps what the ends report, and lets the story wait for the line it expects.
final class EventLedger: EndObserver {
    private struct Waiter {
        let id: UUID
        let matches: @Sendable (EndEvent) -> Bool
        let continuation: CheckedContinuation<EndEvent?, Never>
    }

    private struct State {
        var events: [EndEvent] = []
        var waiters: [Waiter] = []
    }

    private let state = Mutex(State())

    func end(_ event: EndEvent) {
        let woken = state.withLock { state in
            state.events.append(event)
            let woken = state.waiters.filter { $0.matches(event) }
            state.waiters.removeAll { waiter in woken.contains { $0.id == waiter.id } }
            return woken
        }
        for waiter in woken { waiter.continuation.resume(returning: event) }
    }

    /// The first event that matches, already there or to come; nil when none came within the time.
    func first(within limit: Duration, where matches: @escaping @Sendable (EndEvent) -> Bool) async -> EndEvent? {
        let id = UUID()
        let expiry = Task {
            try? await Task.sleep(for: limit)
            if !Task.isCancelled { self.giveUp(id) }
        }
        defer { expiry.cancel() }
        return await withCheckedContinuation { continuation in
            let known = state.withLock { state -> EndEvent? in
                if let event = state.events.first(where: matches) { return event }
                state.waiters.append(Waiter(id: id, matches: matches, continuation: continuation))
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    private func giveUp(_ id: UUID) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: nil)
    }
}
