/// The first look at a challenge, which begins at once. Who asked for it may wait a while for what it sees; what comes later
/// waits for who fetches it.
///
/// The look is bounded by whoever implements it, and ends unheard when nobody fetches it any more.
final class FirstLook: Sendable {
    typealias Seen = Result<ValidationEvidence, ValidationFailure>

    private enum Event: Sendable {
        case seen(Seen)
        case late
    }

    private let events: AsyncStream<Event>
    private let tell: AsyncStream<Event>.Continuation

    /// - Parameter executor: where it goes on; where tasks do unless told.
    init(on executor: (any TaskExecutor)?, _ look: @escaping @Sendable () async -> Seen) {
        (events, tell) = AsyncStream.makeStream()
        Task(executorPreference: executor) { [tell] in
            tell.yield(.seen(await look()))
            tell.finish()
        }
    }

    /// What was seen; `nil` when that takes longer.
    func seen(before alarms: Alarms) async -> Seen? {
        let alarm = alarms.set { [tell] in tell.yield(.late) }
        defer { alarms.callOff(alarm) }
        for await event in events {
            if case .seen(let seen) = event { return seen }
            return nil
        }
        return nil
    }

    /// What was seen at last; `nil` only for a task that is cancelled.
    func seen() async -> Seen? {
        for await event in events { if case .seen(let seen) = event { return seen } }
        return nil
    }
}
