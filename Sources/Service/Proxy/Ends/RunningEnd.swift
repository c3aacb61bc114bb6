public import NIOCore
public import SymbolonCertificates
internal import SymbolonTransport
internal import SymbolonVerification
internal import Synchronization

/// An end that listens: a protected service (`ServerEnd`) or a door to one (`ClientEnd`). Safe to use from any thread.
/// It listens until `stop`.
///
/// Asking it things hops to its event loops; nothing that is asked here stands in a connection's way.
public final class RunningEnd: Sendable {
    /// An event loop and its own part of the end, which only that loop touches.
    struct Seat: Sendable {
        let loop: any EventLoop
        let share: NIOLoopBound<LoopShare>
    }

    /// A listening socket, and how no more is accepted there.
    struct Listener: Sendable {
        let socket: OpenListener
        let close: @Sendable () async -> Void
    }

    /// What the operator's side changes; no event loop reads it.
    private struct Control {
        var trust: PreparedTrust
        var listeners: [Listener] = []
        /// The last connection has ended: there is nothing left to judge.
        var isStopped = false
    }

    public let name: String
    public let role: EndRole
    let plan: EndPlan
    let seats: [Seat]
    /// They run for as long as there is an end that runs on them.
    let loops: StreamLoops
    private let cache: SignatureCache
    private let control: Mutex<Control>

    init(_ plan: EndPlan, _ trust: PreparedTrust, _ seats: [Seat], _ cache: SignatureCache, _ loops: StreamLoops) {
        name = plan.name
        role = plan.role
        self.plan = plan
        self.seats = seats
        self.cache = cache
        self.loops = loops
        control = Mutex(Control(trust: trust))
    }

    /// Where it listens, with the ports that the system chose.
    public var addresses: [SocketAddress] {
        control.withLock { $0.listeners }.compactMap(\.socket.address)
    }

    func add(_ listener: Listener) {
        control.withLock { $0.listeners.append(listener) }
    }

    /// The sockets at which it listens, for another process to go on with; none when it has stopped.
    public var listeners: [OpenListener] { control.withLock { $0.listeners.map(\.socket) } }

    // MARK: Trust

    /// How often trust was put in force here, the start included.
    public var trustVersion: UInt64 { control.withLock { $0.trust.epoch } }

    /// Puts `state` in force: for every handshake from now on, and for every live connection, which is judged again and
    /// closed when it no longer holds. `EndEvent.trustReplaced` tells when each event loop has done so. So it is while
    /// the end stops, too: a connection that is let finish is cut when its proof no longer holds.
    ///
    /// - Throws: what is wrong with `state`; what was in force before stays in force.
    public func replace(_ state: TrustState) throws(EndFailure) { try take(state, isTold: true) }

    /// The same, where nothing but the answer about this end's own certificate is another. It is told only where it closed
    /// something: who is let in is as it was.
    public func staple(_ state: TrustState) throws(EndFailure) { try take(state, isTold: false) }

    private func take(_ state: TrustState, isTold: Bool) throws(EndFailure) {
        let next = try control.withLock { (control) throws(EndFailure) -> PreparedTrust in
            guard !control.isStopped else { throw .stopped }
            let known = control.trust
            let context =
                known.state.identity.tls === state.identity.tls ? known.context : try plan.context(for: state)
            let next = PreparedTrust(
                state, of: plan.name, epoch: known.epoch + 1, context: context, cache: cache,
                http: plan.http,
                backend: try plan.backendProof(for: state, after: known.backend, cache))
            control.trust = next
            return next
        }
        // A loop that hears of two replacements in the wrong order keeps the newer: `adopt` compares epochs.
        let closed = seats.map { seat in seat.loop.submit { seat.share.value.adopt(next) } }
        EventLoopFuture.whenAllSucceed(closed, on: seats[0].loop).whenSuccess { [plan] closed in
            let closed = closed.reduce(0, +)
            guard isTold || closed > 0 else { return }
            plan.observer.end(
                .trustReplaced(service: plan.name, role: plan.role, epoch: next.epoch, closed: closed))
        }
    }

    /// Returns when every event loop judges by the trust that is in force now, and has closed what it closes.
    public func settled() async {
        // A loop does in order what it is asked. It refuses only when it has been shut down: then nothing is judged any more.
        for seat in seats { try? await seat.loop.submit {}.get() }
    }

    // MARK: What is going on

    /// How many live connections rest on each certificate of a peer, by its serial number.
    public func liveSerials() async -> [SerialNumber: Int] {
        var found: [SerialNumber: Int] = [:]
        for share in await gather(\.serials) { found.merge(share, uniquingKeysWith: +) }
        return found
    }

    /// The connections that are live, oldest first.
    public func connections() async -> [LiveConnection] {
        await gather(\.connections).flatMap { $0 }.sorted { $0.facts.since < $1.facts.since }
    }

    public func counters() async -> Counters {
        await gather(\.snapshot).reduce(Counters(), +)
    }

    /// Cuts these live connections; their peers are as welcome as before. Returns how many there were.
    /// - Parameter reason: in the operator's words; empty: none was given.
    @discardableResult
    public func close(_ ids: Set<UInt64>, because reason: String = "") async -> Int {
        await gather { $0.close(ids, because: reason) }.reduce(0, +)
    }

    /// Stops listening, lets live connections finish for up to `time`, then cuts those that are left. Once is enough.
    public func stop(within time: TimeAmount = .seconds(10)) async {
        await closeListeners()
        let drained = seats.map { seat in seat.loop.flatSubmit { seat.share.value.drain(within: time) } }
        for future in drained { try? await future.get() }
        control.withLock { $0.isStopped = true }
        plan.observer.end(.stopped(service: name, role: role))
    }

    /// Takes no connection any more.
    func closeListeners() async {
        let listeners = control.withLock { control in
            defer { control.listeners = [] }
            return control.listeners
        }
        for listener in listeners { await listener.close() }
    }

    private func gather<Answer: Sendable>(_ ask: @escaping @Sendable (LoopShare) -> Answer) async -> [Answer] {
        var answers: [Answer] = []
        for seat in seats {
            // Fails only when the loop has been shut down, and then there is nothing to tell.
            if let answer = try? await seat.loop.submit({ ask(seat.share.value) }).get() { answers.append(answer) }
        }
        return answers
    }
}
