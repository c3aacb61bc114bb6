internal import Foundation
internal import NIOCore
internal import SymbolonAccessPolicy
internal import SymbolonCertificates
internal import SymbolonNames
internal import SymbolonTransport
internal import SymbolonVerification
internal import SymbolonWire

/// One event loop's own part of an end: its copy of the trust, its connections, its counts and its share of the limits.
///
/// Everything here is read and written on that loop only, so a handshake and a forwarded byte take no lock.
final class LoopShare {
    let loop: any EventLoop
    let plan: EndPlan
    /// Where streams go; nil: requests are read.
    private let target: StreamTarget?
    /// Where requests go.
    let backend: BackendTarget
    private(set) var trust: PreparedTrust
    let usage: EndUsage
    /// Rules do not believe the clock.
    private var isClockDoubted = false
    var counters = Counters()
    private var live: [UInt64: Connection] = [:]
    private var proving: [UInt64: Connection] = [:]
    private var handshakes: HandshakeQueue
    /// The requests under way, where they are read.
    let requests: RequestLedger
    private let connectionLimit: Int
    private var nextID: UInt64
    private let stride: UInt64
    private var sweep: Scheduled<Void>?
    private var whenEmpty: [EventLoopPromise<Void>] = []
    /// When what is left of a stopping end is cut.
    private var cut: Scheduled<Void>?
    private var isStopping = false
    /// What is still to be done about connections that are cut, while all are judged; nil: they are not being judged.
    private var owed: [() -> Void]?

    /// - Parameters:
    ///   - index: which of the end's loops this is, from 0; with `count` it makes connection ids unique.
    init(
        _ loop: any EventLoop, _ index: Int, of count: Int, plan: EndPlan, trust: PreparedTrust, usage: EndUsage
    ) {
        func share(_ limit: Int) -> Int { max(1, (limit + count - 1) / count) }
        self.loop = loop
        self.plan = plan
        self.trust = trust
        self.usage = usage
        target = (loop as? StreamLoop).map {
            StreamTarget(plan.target, timeout: plan.limits.connectTimeout, on: $0)
        }
        backend = BackendTarget(plan.target, timeout: plan.limits.connectTimeout)
        handshakes = HandshakeQueue(
            limit: share(plan.limits.handshakes), limitPerAddress: share(plan.limits.handshakesPerAddress))
        connectionLimit = share(plan.limits.connections)
        let http = plan.http?.limits ?? HTTPLimits()
        requests = RequestLedger(limit: share(http.requests), limitPerPeer: share(http.requestsPerPeer))
        nextID = UInt64(index + 1)
        stride = UInt64(count)
    }

    var now: Date { plan.clock() }

    /// What is the case for a connection now.
    func circumstances(of connection: Connection) -> Circumstances {
        let steady = plan.steady()
        let moment = plan.reading(at: steady)
        let age = connection.age(at: steady)
        let (id, usage) = (age == nil ? nil : connection.id, usage)
        return Circumstances(
            date: moment.date, moment: moment, steady: steady, address: connection.peerAddress,
            age: age?.inSeconds ?? 0
        ) { identity in usage.usage(of: identity, connection: id, at: steady) }
    }

    // MARK: From accept to proof

    /// Takes an accepted connection in, or refuses it when there is no room.
    func accept(_ socket: ConnectedSocket) {
        guard let target else { return }
        let connection = StreamConnection(nextID, from: socket.remoteAddress, in: self, to: target)
        begin(connection)
        connection.open(socket)
        refuseBeyondLimits(connection)
    }

    /// The same, where requests are read.
    func accept(_ channel: any Channel, for service: HTTPService) throws {
        let connection = HTTPConnection(nextID, from: channel.remoteAddress, in: self, serving: service)
        begin(connection)
        try connection.open(channel)
        refuseBeyondLimits(connection)
    }

    /// One that waited too long for its turn was closed unread.
    func turnedAway() { counters.refused[RefusalCause.overload, default: 0] += 1 }

    private func begin(_ connection: Connection) {
        nextID += stride
        proving[connection.id] = connection
        if let oldest = handshakes.arrive(connection.id, from: PeerAddress(connection.origin)) {
            proving[oldest]?.refuse(.gaveWay, isAlertSent: false)
        }
    }

    private func refuseBeyondLimits(_ connection: Connection) {
        if live.count + proving.count > connectionLimit {
            connection.refuse(.tooManyConnections(limit: plan.limits.connections), isAlertSent: false)
        } else if isStopping {
            connection.refuse(.lost("this end is stopping"), isAlertSent: false)
        }
    }

    /// Descriptors ran out: handshakes that stall give theirs back. 1 s: an honest one takes milliseconds, and over the
    /// slowest links a few round trips.
    func shed() {
        let latest = NIODeadline.now() - .seconds(1)
        for connection in proving.values where connection.arrived < latest {
            connection.refuse(.gaveWay, isAlertSent: false)
        }
    }

    func admitted(_ connection: Connection, _ facts: ConnectionFacts) {
        // Live first: an end that stops must not find itself empty in between.
        live[connection.id] = connection
        leaveProving(connection)
        counters.accepted += 1
        connection.trace?.admitted(facts)
        plan.observer.end(.accepted(facts))
        scheduleSweep()
    }

    func refused(_ connection: Connection, _ cause: RefusalCause, isAlertSent: Bool) {
        leaveProving(connection)
        counters.refused[cause.reason, default: 0] += 1
        let facts = RefusalFacts(
            cause, id: connection.id, service: plan.name, role: plan.role, flow: connection.flow,
            presented: connection.presented, at: now, isAlertSent: isAlertSent)
        connection.trace?.refused(facts)
        plan.observer.end(.refused(facts))
    }

    func targetFailed(_ connection: Connection, _ explanation: String) {
        leaveProving(connection)
        counters.backendFailures += 1
        let facts = BackendFailureFacts(
            id: connection.id, service: plan.name, role: plan.role, target: plan.target.description,
            explanation: explanation, at: now)
        connection.trace?.unreached(facts, isEnd: connection.isClosed)
        plan.observer.end(.backendFailed(facts))
    }

    func closed(_ connection: Connection, _ facts: ConnectionFacts, _ ending: Ending, said alert: TLSAlert?) {
        live[connection.id] = nil
        uncount(connection, of: facts.peer.identity)
        counters.bytesUp &+= connection.bytesUp
        counters.bytesDown &+= connection.bytesDown
        let now = now
        let closed = ClosedFacts(
            facts: facts, alert: alert?.description, reason: ending.reason,
            explanation: ending.explanation(at: plan.role), bytesUp: connection.bytesUp,
            bytesDown: connection.bytesDown, seconds: now.timeIntervalSince(facts.since), at: now)
        connection.trace?.closed(closed, isError: ending.isBreak)
        plan.observer.end(.closed(closed))
        tellIfEmpty()
    }

    private func leaveProving(_ connection: Connection) {
        guard proving.removeValue(forKey: connection.id) != nil else { return }
        handshakes.leave(connection.id)
        tellIfEmpty()
    }

    // MARK: Trust

    /// Takes a newer trust and judges each live connection by it. Returns how many were closed.
    func adopt(_ next: PreparedTrust) -> Int {
        guard next.epoch > trust.epoch else { return 0 }
        trust = next
        countUncounted()
        owed = []
        // The oldest first where rules count: they stay.
        let all = next.state.policy?.asksUsage == true ? live.values.sorted { $0.id < $1.id } : Array(live.values)
        let closed = all.reduce(0) { $0 + ($1.rejudge() ? 0 : 1) }
        let rest = owed ?? []
        owed = nil
        for work in rest { work() }
        return closed
    }

    /// Does it at once or, while all live connections are judged, when they have been: where thousands end, each peer is told
    /// before anything else is done about any of them.
    func afterJudging(_ work: @escaping () -> Void) {
        if owed == nil { work() } else { owed?.append(work) }
    }

    /// What is live is counted from the moment on at which a rule asks for it.
    private func countUncounted() {
        guard let policy = trust.state.policy, policy.asksUsage else { return }
        let now = plan.steady()
        for connection in live.values.sorted(by: { $0.id < $1.id }) where !connection.isCounted {
            guard let identity = connection.peer else { continue }
            usage.count(connection.id, of: identity, at: now, keeping: policy.rateLimits)
            connection.isCounted = true
        }
    }

    /// It leaves its place among those that rules count, once.
    func uncount(_ connection: Connection, of identity: PeerIdentity) {
        guard connection.isCounted else { return }
        connection.isCounted = false
        usage.leave(
            connection.id, of: identity, at: plan.steady(), keeping: trust.state.policy?.rateLimits ?? .none)
    }

    /// A proof ends when its certificates do, and a decision when something that it rests on does. Twice a second while there
    /// are connections: so an end closes them within the second, also when somebody sets the clock.
    private func scheduleSweep() {
        guard sweep == nil, !live.isEmpty else { return }
        sweep = loop.assumeIsolated().scheduleTask(in: .milliseconds(500)) { [self] in
            sweep = nil
            let (now, steady) = (now, plan.steady())
            let hasDoubtChanged = lookAtClock(steady)
            for connection in live.values where hasDoubtChanged || connection.isDue(at: now, steady) {
                connection.rejudge()
            }
            if plan.http != nil {
                let moment = NIODeadline.now()
                for connection in live.values { connection.lookAtDeadlines(moment) }
            }
            if let policy = trust.state.policy, policy.asksUsage {
                usage.sweep(at: steady, keeping: policy.rateLimits)
            }
            scheduleSweep()
        }
    }

    /// Returns whether rules that ask for time have to be asked again, because the clock is no longer believed, or is again.
    private func lookAtClock(_ steady: Duration) -> Bool {
        guard trust.state.policy?.asksTime == true else { return false }
        let isDoubtful = plan.reading(at: steady).isDoubtful
        guard isDoubtful != isClockDoubted else { return false }
        isClockDoubted = isDoubtful
        if usage.isNews(clockDoubted: isDoubtful) {
            plan.observer.end(
                isDoubtful
                    ? .clockDoubted(service: plan.name, role: plan.role)
                    : .clockBelieved(service: plan.name, role: plan.role))
        }
        return true
    }

    // MARK: What the operator asks

    var connections: [LiveConnection] {
        let steady = plan.steady()
        return live.values.compactMap { $0.record(at: steady) }
    }

    /// How many connections rest on each peer's leaf.
    var serials: [SerialNumber: Int] {
        var found: [SerialNumber: Int] = [:]
        for connection in live.values { if let serial = connection.peerSerial { found[serial, default: 0] += 1 } }
        return found
    }

    var snapshot: Counters {
        var counters = counters
        counters.live = UInt64(live.count)
        counters.handshakesInProgress = UInt64(proving.count)
        counters.requestsInProgress = UInt64(requests.count)
        for connection in live.values {
            counters.bytesUp &+= connection.bytesUp
            counters.bytesDown &+= connection.bytesDown
            if let rule = connection.rule { counters.liveByRule[rule, default: 0] += 1 }
        }
        return counters
    }

    /// Returns how many of these there were.
    func close(_ ids: Set<UInt64>, because reason: String) -> Int {
        let found = ids.compactMap { live[$0] }
        for connection in found { connection.end(.operatorClosed(because: reason)) }
        return found.count
    }

    private func closeAll(_ ending: Ending) {
        for connection in live.values { connection.end(ending) }
        for connection in proving.values { connection.refuse(.lost("this end is stopping"), isAlertSent: false) }
    }

    /// Takes nothing new, and cuts what is left when the time is over; the future succeeds when the last connection has ended.
    func drain(within time: TimeAmount) -> EventLoopFuture<Void> {
        isStopping = true
        for connection in live.values { connection.drain() }
        let promise = loop.makePromise(of: Void.self)
        whenEmpty.append(promise)
        cut = loop.assumeIsolated().scheduleTask(in: time) { [self] in closeAll(.drained) }
        tellIfEmpty()
        return promise.futureResult
    }

    private func tellIfEmpty() {
        guard isStopping, live.isEmpty, proving.isEmpty else { return }
        sweep?.cancel()
        sweep = nil
        cut?.cancel()
        cut = nil
        for promise in whenEmpty { promise.succeed() }
        whenEmpty = []
    }
}
