public import SymbolonVerification

/// How much an identity uses a service, as counted when it is asked.
public struct Usage: Hashable, Sendable {
    /// Connections of the same identity that are live and older: all of them for one that wants in.
    public var live: Int
    /// When the last ones were let in, oldest first, and now, by a clock that nobody sets. Nil for a connection that is
    /// live: a rate is kept at the door, and what was let in is not put out by those who came later.
    public var arrivals: Arrivals?

    public struct Arrivals: Hashable, Sendable {
        public var moments: [Duration]
        public var now: Duration

        public init(_ moments: [Duration], now: Duration) {
            self.moments = moments
            self.now = now
        }
    }

    public init(live: Int, arrivals: Arrivals?) {
        self.live = live
        self.arrivals = arrivals
    }

    /// How many were let in within the last seconds. Nil where that is not asked any more.
    func arrivals(within seconds: Int) -> Int? {
        guard let arrivals else { return nil }
        let first = arrivals.now - .seconds(seconds)
        return arrivals.moments.count - (arrivals.moments.firstIndex { $0 > first } ?? arrivals.moments.count)
    }
}

/// Who uses a service, and how much: what rules with counts and rates are judged by. Bounded by what the rules ask for.
public struct UsageLedger: Sendable {
    fileprivate struct Account {
        /// In the order in which they were let in.
        var live: [UInt64] = []
        var arrivals: [Duration] = []
    }

    private var accounts: [PeerIdentity: Account] = [:]

    public init() {}

    /// - Parameter connection: one that is live; nil for one that wants in.
    public func usage(of identity: PeerIdentity, connection: UInt64?, at now: Duration) -> Usage {
        let account = accounts[identity] ?? Account()
        if let connection, let place = account.live.firstIndex(of: connection) {
            return Usage(live: place, arrivals: nil)
        }
        return Usage(live: account.live.count, arrivals: .init(account.arrivals, now: now))
    }

    /// - Parameter limits: what is kept of the moments of arrivals.
    public mutating func admit(
        _ connection: UInt64, of identity: PeerIdentity, at now: Duration, keeping limits: CompiledPolicy.RateLimits
    ) {
        var account = accounts.removeValue(forKey: identity) ?? Account()
        account.live.append(connection)
        if limits.count > 0 {
            account.arrivals.append(now)
            account.forget(before: now - .seconds(limits.seconds), beyond: limits.count)
        } else {
            account.arrivals = []
        }
        accounts[identity] = account
    }

    public mutating func leave(
        _ connection: UInt64, of identity: PeerIdentity, at now: Duration, keeping limits: CompiledPolicy.RateLimits
    ) {
        guard var account = accounts.removeValue(forKey: identity) else { return }
        if let place = account.live.firstIndex(of: connection) { account.live.remove(at: place) }
        account.forget(before: now - .seconds(limits.seconds), beyond: limits.count)
        if !account.live.isEmpty || !account.arrivals.isEmpty { accounts[identity] = account }
    }

    /// Of identities that have left and whose arrivals are past counting, nothing is kept.
    public mutating func sweep(at now: Duration, keeping limits: CompiledPolicy.RateLimits) {
        for (identity, account) in accounts where account.live.isEmpty {
            if account.arrivals.last.map({ $0 <= now - .seconds(limits.seconds) }) ?? true { accounts[identity] = nil }
        }
    }
}

extension UsageLedger.Account {
    mutating func forget(before moment: Duration, beyond count: Int) {
        let old = arrivals.firstIndex { $0 > moment } ?? arrivals.count
        arrivals.removeFirst(max(old, arrivals.count - count, 0))
    }
}
