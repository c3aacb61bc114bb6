internal import Synchronization

/// One at a time, in the order of asking.
package final class Turns: Sendable {
    private struct State {
        var isBusy = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Each is to be followed by ``pass()``.
    package func take() async {
        await withCheckedContinuation { mine in
            let isMine = state.withLock { state in
                guard state.isBusy else {
                    state.isBusy = true
                    return true
                }
                state.waiting.append(mine)
                return false
            }
            if isMine { mine.resume() }
        }
    }

    package func pass() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.isBusy = false
            return nil
        }
        next?.resume()
    }
}
