internal import NIOCore
internal import Synchronization

/// What each peer uses of the server at this moment.
final class PeerLedger: Sendable {
    enum Verdict: Equatable {
        case admitted
        /// In seconds, until the next request is within the rate.
        case tooOften(retryAfter: Int)
        case tooManyAtOnce
    }

    private struct Use {
        /// A token bucket: a request takes one, and each second brings `requestsPerSecond`, up to `burst`.
        var tokens: Double
        var filledAt: NIODeadline
        var requests = 0
        var connections = 0

        mutating func fill(_ limits: ServerLimits, at now: NIODeadline) {
            let seconds = Double((now - filledAt).nanoseconds) / 1e9
            tokens = min(limits.burst, tokens + max(0, seconds) * limits.requestsPerSecond)
            filledAt = now
        }

        /// Nothing would change if it were forgotten.
        func isForgettable(_ limits: ServerLimits, at now: NIODeadline) -> Bool {
            var filled = self
            filled.fill(limits, at: now)
            return requests == 0 && connections == 0 && filled.tokens >= limits.burst
        }
    }

    private struct Uses {
        var peers: [PeerKey: Use] = [:]
        var sweepAt = 1_024
    }

    private let limits: ServerLimits
    private let uses = Mutex(Uses())

    init(_ limits: ServerLimits) { self.limits = limits }

    /// Counts a connection; false when its address has too many.
    func connect(_ key: PeerKey, at now: NIODeadline = .now()) -> Bool {
        change(key, now) { use in
            guard use.connections < limits.connectionsPerAddress else { return false }
            use.connections += 1
            return true
        }
    }

    func disconnect(_ key: PeerKey) {
        uses.withLock { $0.peers[key]?.connections -= 1 }
    }

    func begin(_ key: PeerKey, at now: NIODeadline = .now()) -> Verdict {
        change(key, now) { use in
            guard use.requests < limits.concurrentRequests else { return .tooManyAtOnce }
            use.fill(limits, at: now)
            guard use.tokens >= 1 else {
                return .tooOften(retryAfter: max(1, Int(((1 - use.tokens) / limits.requestsPerSecond).rounded(.up))))
            }
            use.tokens -= 1
            use.requests += 1
            return .admitted
        }
    }

    func end(_ key: PeerKey) {
        uses.withLock { $0.peers[key]?.requests -= 1 }
    }

    /// How many peers are remembered.
    var count: Int { uses.withLock { $0.peers.count } }

    private func change<Answer: Sendable>(
        _ key: PeerKey, _ now: NIODeadline, _ body: (inout Use) -> Answer
    ) -> Answer {
        uses.withLock { uses in
            if uses.peers.count >= uses.sweepAt {
                // Each sweep is paid for by as many newcomers as it leaves entries.
                uses.peers = uses.peers.filter { !$0.value.isForgettable(limits, at: now) }
                uses.sweepAt = max(1_024, 2 * uses.peers.count)
            }
            return body(&uses.peers[key, default: Use(tokens: limits.burst, filledAt: now)])
        }
    }
}
