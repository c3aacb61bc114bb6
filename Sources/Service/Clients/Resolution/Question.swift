import Synchronization

/// One question to the name servers, answered once: by them, by the clock, or by whoever asked and gave up.
final class Question: Sendable {
    /// A whole response in the wire's form; empty where the library made none to say that there is nothing.
    typealias Answer = Result<[UInt8], ResolutionFailure>

    private enum State {
        case made
        case awaited(CheckedContinuation<Answer, Never>)
        case answered(Answer)
        case taken
    }

    let name: String
    let type: RecordType
    private let state = Mutex(State.made)

    init(_ name: String, _ type: RecordType) {
        self.name = name
        self.type = type
    }

    var isOpen: Bool {
        state.withLock { state in
            switch state {
            case .made, .awaited: true
            case .answered, .taken: false
            }
        }
    }

    /// Only the first answer is heard.
    func answer(_ answer: Answer) {
        let waiting = state.withLock { state -> CheckedContinuation<Answer, Never>? in
            switch state {
            case .made:
                state = .answered(answer)
                return nil
            case .awaited(let continuation):
                state = .taken
                return continuation
            case .answered, .taken:
                return nil
            }
        }
        waiting?.resume(returning: answer)
    }

    /// Waits for the answer; called once.
    func value() async -> Answer {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Answer? in
                    if case .answered(let answer) = state {
                        state = .taken
                        return answer
                    }
                    state = .awaited(continuation)
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            answer(.failure(.cancelled))
        }
    }
}
