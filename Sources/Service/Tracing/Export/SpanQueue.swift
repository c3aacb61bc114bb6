internal import Synchronization

/// Spans that have ended and are still to be sent. Whoever ends one never waits: what finds no room is counted and forgotten.
public final class SpanQueue: Sendable {
    /// What became of the spans that have ended.
    public struct Counts: Equatable, Sendable {
        /// A collector has taken them.
        public internal(set) var delivered: UInt64 = 0
        /// There was no room for them here.
        public internal(set) var dropped: UInt64 = 0
        /// No collector could be reached for too long.
        public internal(set) var undelivered: UInt64 = 0
        /// The collector did not want them.
        public internal(set) var refused: UInt64 = 0
    }

    private struct State {
        var spans: [FinishedSpan] = []
        var counts = Counts()
    }

    private let state = Mutex(State())
    private let limit: Int
    /// Says that there are some; one word at a time is enough.
    let news: AsyncStream<Void>
    private let teller: AsyncStream<Void>.Continuation

    /// - Parameter limit: 8,192: a second of four thousand requests, each with two spans; some 16 MB.
    public init(limit: Int = 8_192) {
        self.limit = max(1, limit)
        (news, teller) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    public var counts: Counts { state.withLock(\.counts) }

    func add(_ span: FinishedSpan) {
        let isFirst = state.withLock { state in
            guard state.spans.count < limit else {
                state.counts.dropped += 1
                return false
            }
            state.spans.append(span)
            return state.spans.count == 1
        }
        if isFirst { teller.yield() }
    }

    /// The oldest; empty: there are none.
    func take(_ count: Int) -> [FinishedSpan] {
        state.withLock { state in
            let taken = Array(state.spans.prefix(count))
            state.spans.removeFirst(taken.count)
            return taken
        }
    }

    func count(_ change: (inout Counts) -> Void) { state.withLock { change(&$0.counts) } }
}
