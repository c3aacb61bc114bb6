internal import NIOCore
internal import NIOPosix
internal import SymbolonVerification

/// Between start and accept.
extension RunningEnd {
    static func start(
        _ plan: EndPlan, _ state: TrustState, on group: any EventLoopGroup
    ) async throws(EndFailure) -> RunningEnd {
        guard !plan.listen.isEmpty else { throw .noListenAddress }
        let cache = SignatureCache()
        let trust = PreparedTrust(
            state, of: plan.name, epoch: 1, context: try plan.context(for: state), cache: cache)
        let usage = EndUsage()
        let loops = Array(group.makeIterator())
        var seats: [Seat] = []
        for (index, loop) in loops.enumerated() {
            let count = loops.count
            let made = loop.submit {
                NIOLoopBound(LoopShare(loop, index, of: count, plan: plan, trust: trust, usage: usage), eventLoop: loop)
            }
            do { seats.append(Seat(loop: loop, share: try await made.get())) } catch { throw .stopped }
        }
        let end = RunningEnd(plan, trust, seats, cache)
        for endpoint in plan.listen {
            do {
                end.add(try await end.listen(at: endpoint, on: group))
            } catch {
                await end.closeListeners()
                throw .cannotListen(at: endpoint, because: text(of: error))
            }
        }
        for address in end.addresses {
            plan.observer.end(.listening(service: plan.name, role: plan.role, address: address.text))
        }
        return end
    }

    private func listen(at endpoint: Endpoint, on group: any EventLoopGroup) async throws -> any Channel {
        let shares = Dictionary(uniqueKeysWithValues: seats.map { (ObjectIdentifier($0.loop), $0.share) })
        let bootstrap = ServerBootstrap(group: group)
            // 1,024: a second's connections at the rate that one core proves them.
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { listener in
                listener.eventLoop.makeCompletedFuture { try listener.pipeline.syncOperations.addHandler(self.gate()) }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try shares[ObjectIdentifier(channel.eventLoop)]?.value.accept(channel)
                }
            }
        switch endpoint {
        case .host(let host, let port): return try await bootstrap.bind(host: host, port: port).get()
        case .socket(let path): return try await bootstrap.bind(unixDomainSocketPath: path).get()
        }
    }

    private func gate() -> AcceptGate {
        let plan = plan
        let seats = seats
        return AcceptGate(pause: plan.limits.acceptPause) { change in
            switch change {
            case .paused(let reason):
                plan.observer.end(.acceptPaused(service: plan.name, role: plan.role, because: reason))
                seats[0].loop.execute { seats[0].share.value.counters.acceptPauses += 1 }
                for seat in seats { seat.loop.execute { seat.share.value.shed() } }
            case .triedAgain:
                for seat in seats { seat.loop.execute { seat.share.value.shed() } }
            case .resumed:
                plan.observer.end(.acceptResumed(service: plan.name, role: plan.role))
            }
        }
    }
}
