import Foundation
import Synchronization

/// Questions on their way to the thread that asks them, and the bell that wakes it.
final class QuestionQueue: Sendable {
    private struct State {
        var waiting: [Question] = []
        var isEnding = false
    }

    /// A pipe: one end is polled beside the sockets of c-ares.
    private let bell: (listening: Int32, ringing: Int32)
    private let state = Mutex(State())

    init() {
        var ends: [Int32] = [-1, -1]
        _ = unsafe pipe(&ends)
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        bell = (ends[0], ends[1])
    }

    deinit {
        close(bell.listening)
        close(bell.ringing)
    }

    var listening: Int32 { bell.listening }

    func add(_ question: Question) {
        state.withLock { $0.waiting.append(question) }
        ring()
    }

    func end() {
        state.withLock { $0.isEnding = true }
        ring()
    }

    /// What has been added since the last time; nil: there will be no more.
    func take() -> [Question]? {
        var noise = [UInt8](repeating: 0, count: 64)
        while unsafe read(bell.listening, &noise, noise.count) > 0 {}
        return state.withLock { state in
            guard !state.isEnding else { return nil }
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    private func ring() {
        var stroke: UInt8 = 1
        // A full pipe rings already.
        _ = unsafe write(bell.ringing, &stroke, 1)
    }
}
