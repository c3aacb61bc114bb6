import NIOCore
import ServiceLifecycle
import SymbolonProxy

/// The running ends of this process: they live until it is asked to end, and then drain together.
actor EndsService: Service {
    private struct Running {
        let end: RunningEnd
        /// Where programs of this machine reach it; nil for a door.
        let address: HostAndPort?
        /// As the authority has been told; nil where it has not.
        let published: HostAndPort?
    }

    /// For live connections to finish in; with what comes after it, inside the 15 s that container runtimes give at least.
    private static let drainTime = TimeAmount.seconds(10)

    private let report: EndReport
    private let home: EndsHome?
    private var running: [Running] = []

    init(report: EndReport, home: EndsHome?) {
        self.report = report
        self.home = home
    }

    func add(_ end: RunningEnd, at address: HostAndPort?, published: HostAndPort?) async {
        running.append(Running(end: end, address: address, published: published))
        guard let published else { return }
        do {
            try await home?.publish(end.name, at: published.description)
        } catch {
            report.warn(
                end.name, "its address is not noted, so that reach needs --at \(published)",
                why: ExplainedError.text(error))
        }
    }

    var ends: [RunningEnd] { running.map(\.end) }

    func address(of service: String) -> HostAndPort? {
        running.first { $0.end.name == service && $0.end.role == .protect }?.address
    }

    func run() async throws {
        try? await gracefulShutdown()
        await stop(within: Self.drainTime)
    }

    func stop(within time: TimeAmount) async {
        await withDiscardingTaskGroup { group in
            for one in running { group.addTask { await self.stop(one, within: time) } }
        }
        running = []
    }

    private func stop(_ one: Running, within time: TimeAmount) async {
        if let address = one.published, let home {
            // What stays noted is tried in vain and found wrong at the first connection.
            await Farewell.say { try? await home.withdraw(one.end.name, at: address.description) }
        }
        report.tell(
            .draining(
                service: one.end.name, role: one.end.role, live: await one.end.counters().live,
                seconds: time.nanoseconds / 1_000_000_000))
        await one.end.stop(within: time)
        report.tell(.counters(service: one.end.name, role: one.end.role, await one.end.counters()))
    }
}
