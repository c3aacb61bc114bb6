internal import NIOCore
internal import NIOPosix
internal import SymbolonTransport
internal import SymbolonVerification

/// Between start and accept.
extension RunningEnd {
    static func start(_ plan: EndPlan, _ state: TrustState, on loops: StreamLoops) async throws(EndFailure)
        -> RunningEnd
    {
        guard !plan.listen.isEmpty || !plan.listeners.isEmpty else { throw .noListenAddress }
        let cache = SignatureCache()
        let trust = PreparedTrust(
            state, of: plan.name, epoch: 1, context: try plan.context(for: state), cache: cache,
            http: plan.http,
            backend: try plan.backendProof(for: state, cache))
        let usage = EndUsage()
        var seats: [Seat] = []
        // HTTP is spoken by the library's handlers, on the library's loops.
        let places: [any EventLoop] =
            plan.http == nil ? loops.all : Array(MultiThreadedEventLoopGroup.singleton.makeIterator())
        for (index, loop) in places.enumerated() {
            let count = places.count
            let made = loop.submit {
                NIOLoopBound(LoopShare(loop, index, of: count, plan: plan, trust: trust, usage: usage), eventLoop: loop)
            }
            do { seats.append(Seat(loop: loop, share: try await made.get())) } catch { throw .stopped }
        }
        let end = RunningEnd(plan, trust, seats, cache, loops)
        for endpoint in plan.listeners.isEmpty ? plan.listen : [] {
            do {
                try await end.listen(with: try await listener(at: endpoint))
            } catch let failure as EndFailure {
                await end.closeListeners()
                throw failure
            } catch {
                await end.closeListeners()
                throw .cannotListen(at: endpoint, because: text(of: error))
            }
        }
        for listener in plan.listeners {
            do {
                try await end.listen(with: listener)
            } catch {
                await end.closeListeners()
                throw .cannotListenHanded(at: listener.address?.text ?? "", because: text(of: error))
            }
        }
        for address in end.addresses {
            plan.observer.end(.listening(service: plan.name, role: plan.role, address: address.text))
        }
        return end
    }

    private static func listener(at endpoint: Endpoint) async throws -> OpenListener {
        // A name is looked up by a function that waits.
        try await NIOThreadPool.singleton.runIfActive { try OpenListener(at: endpoint) }
    }

    /// One loop accepts, and deals out in turn.
    private func listen(with socket: OpenListener) async throws {
        if let service = plan.http { return try await listen(with: socket, for: service) }
        let loop = loops.all[0]
        let started = loop.submit {
            let door = StreamDoor(self.plan, self.seats)
            let listener = try door.open(try socket.duplicate(), on: loop)
            return NIOLoopBound(listener, eventLoop: loop)
        }
        let listener = try await started.get()
        add(Listener(socket: socket) { try? await loop.submit { listener.value.close() }.get() })
    }

    private func listen(with socket: OpenListener, for service: HTTPService) async throws {
        let shares = Dictionary(uniqueKeysWithValues: seats.map { (Swift.ObjectIdentifier($0.loop), $0.share) })
        let (plan, seats) = (plan, seats)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelInitializer { listener in
                listener.eventLoop.makeCompletedFuture {
                    let gate = AcceptGate(pause: plan.limits.acceptPause) { Self.tell($0, of: plan, to: seats) }
                    try listener.pipeline.syncOperations.addHandler(gate)
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try shares[Swift.ObjectIdentifier(channel.eventLoop)]?.value.accept(channel, for: service)
                }
            }
            .withBoundSocket(try socket.duplicate()).get()
        add(Listener(socket: socket) { try? await listener.close() })
    }

    fileprivate static func tell(_ change: AcceptGate.Change, of plan: EndPlan, to seats: [Seat]) {
        switch change {
        case .paused(let reason):
            plan.observer.end(.acceptPaused(service: plan.name, role: plan.role, because: reason))
            let first = seats[0]
            first.loop.execute { first.share.value.counters.acceptPauses += 1 }
            for seat in seats { seat.loop.execute { seat.share.value.shed() } }
        case .triedAgain:
            for seat in seats { seat.loop.execute { seat.share.value.shed() } }
        case .resumed:
            plan.observer.end(.acceptResumed(service: plan.name, role: plan.role))
        }
    }
}

/// Deals out what one listening socket accepts to the loops in turn, and rests it when descriptors run out. Confined to the
/// socket's loop.
private final class StreamDoor {
    private let plan: EndPlan
    private let seats: [RunningEnd.Seat]
    private var rest = AcceptRest()
    private var overload: Overload
    private var turn = 0
    private weak var listener: StreamListener?

    init(_ plan: EndPlan, _ seats: [RunningEnd.Seat]) {
        self.plan = plan
        self.seats = seats
        overload = Overload(patience: plan.limits.patience, spell: plan.limits.overloadSpell)
    }

    /// - Parameter descriptor: nobody else's to close.
    func open(_ descriptor: CInt, on loop: StreamLoop) throws -> StreamListener {
        let listener = try StreamListener.start(
            adopting: descriptor, on: loop, accepted: { self.accepted($0) }, failed: { self.failed($0) })
        self.listener = listener
        return listener
    }

    private func accepted(_ socket: ConnectedSocket) {
        if let change = rest.accepted() {
            tell(change)
            // They waited for descriptors.
            tell(overload.relieve())
        }
        guard !turnsAway(socket) else { return }
        let seat = seats[turn]
        turn = (turn + 1) % seats.count
        if seat.loop.inEventLoop {
            seat.share.value.accept(socket)
        } else {
            seat.loop.execute { seat.share.value.accept(socket) }
        }
    }

    /// It is closed unread with its last reference, which its client sees as a reset.
    private func turnsAway(_ socket: ConnectedSocket) -> Bool {
        guard overload.arrive(), let waited = socket.silence else { return false }
        let (turnsAway, change) = overload.judge(waited: waited, at: .now())
        tell(change)
        // The listener's loop is the first seat's.
        if turnsAway { seats[0].share.value.turnedAway() }
        return turnsAway
    }

    private func tell(_ change: Overload.Change?) {
        switch change {
        case .began(let waiting):
            plan.observer.end(
                .overloaded(service: plan.name, role: plan.role, waiting: Double(waiting.nanoseconds) / 1e9))
        case .ended(let count):
            plan.observer.end(.relieved(service: plan.name, role: plan.role, turnedAway: count))
        case nil: break
        }
    }

    private func failed(_ code: CInt) {
        guard let change = rest.failed(code, because: text(of: StreamFailure.system(code))) else { return }
        listener?.rest(for: plan.limits.acceptPause)
        tell(change)
    }

    private func tell(_ change: AcceptGate.Change) { RunningEnd.tell(change, of: plan, to: seats) }
}
