internal import SymbolonAccessPolicy
internal import SymbolonVerification
internal import Synchronization

/// What the event loops of an end share for its rules: who uses it, and how much, and whether the clock is believed. Only
/// where rules ask for it is anything counted, and locked.
final class EndUsage: Sendable {
    private let ledger = Mutex(UsageLedger())
    private let isClockDoubted = Mutex(false)

    /// Whichever event loop sees it first tells it: the others may have no connection, and look at nothing.
    func isNews(clockDoubted isDoubtful: Bool) -> Bool {
        isClockDoubted.withLock { known in
            defer { known = isDoubtful }
            return known != isDoubtful
        }
    }

    func usage(of identity: PeerIdentity, connection: UInt64?, at now: Duration) -> Usage {
        ledger.withLock { $0.usage(of: identity, connection: connection, at: now) }
    }

    /// Judges by what is counted at that moment, and counts the newcomer if it may pass: no two take the last place.
    func admit(
        _ connection: UInt64, of identity: PeerIdentity, at now: Duration, keeping limits: CompiledPolicy.RateLimits,
        _ judge: (Usage) throws(RefusalCause) -> Proof
    ) throws(RefusalCause) -> Proof {
        try ledger.withLock { (ledger) throws(RefusalCause) -> Proof in
            let proof = try judge(ledger.usage(of: identity, connection: nil, at: now))
            ledger.admit(connection, of: identity, at: now, keeping: limits)
            return proof
        }
    }

    /// A connection that was let in before anything was counted.
    func count(
        _ connection: UInt64, of identity: PeerIdentity, at now: Duration, keeping limits: CompiledPolicy.RateLimits
    ) {
        ledger.withLock { $0.admit(connection, of: identity, at: now, keeping: limits) }
    }

    func leave(
        _ connection: UInt64, of identity: PeerIdentity, at now: Duration, keeping limits: CompiledPolicy.RateLimits
    ) {
        ledger.withLock { $0.leave(connection, of: identity, at: now, keeping: limits) }
    }

    func sweep(at now: Duration, keeping limits: CompiledPolicy.RateLimits) {
        ledger.withLock { $0.sweep(at: now, keeping: limits) }
    }
}
