import Synchronization

/// A value that changes on event loops and that a test waits for: no sleeping, no polling.
final class Board<Value: Sendable>: Sendable {
    private struct Waiter {
        let condition: @Sendable (Value) -> Bool
        let continuation: CheckedContinuation<Value, Never>
    }

    private struct State {
        var value: Value
        var waiters: [Waiter] = []
    }

    private let state: Mutex<State>

    init(_ value: Value) {
        state = Mutex(State(value: value))
    }

    var value: Value { state.withLock { $0.value } }

    /// Changes the value; what it is thereafter.
    @discardableResult
    func update(_ change: @Sendable (inout Value) -> Void) -> Value {
        let (value, satisfied) = state.withLock { state in
            change(&state.value)
            let value = state.value
            let satisfied = state.waiters.filter { $0.condition(value) }
            state.waiters.removeAll { $0.condition(value) }
            return (value, satisfied)
        }
        for waiter in satisfied { waiter.continuation.resume(returning: value) }
        return value
    }

    /// The value as it was when `condition` first held.
    @discardableResult
    func wait(until condition: @escaping @Sendable (Value) -> Bool) async -> Value {
        await withCheckedContinuation { continuation in
            let now = state.withLock { state -> Value? in
                if condition(state.value) { return state.value }
                state.waiters.append(Waiter(condition: condition, continuation: continuation))
                return nil
            }
            if let now { continuation.resume(returning: now) }
        }
    }
}
