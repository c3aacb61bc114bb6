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

    /// For live connections to finish in, unless the operator says otherwise; with what comes after it, inside the 15 s that
    /// container runtimes give at least.
    static let drainTime = Duration.seconds(10)

    /// A year: no proof lasts so long, and a live connection ends with its proof.
    private static let unlimited = TimeAmount.hours(24 * 365)

    private let report: EndReport
    private let home: EndsHome?
    private let drainTime: Duration?
    private let retirement: Retirement
    private var running: [Running] = []

    /// - Parameter drainTime: for live connections to finish in. Nil: 10 s, or to their end where another process goes on.
    init(report: EndReport, home: EndsHome?, drainTime: Duration? = nil, retirement: Retirement) {
        self.report = report
        self.home = home
        self.drainTime = drainTime
        self.retirement = retirement
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
        await stop(within: drainTime ?? (retirement.begun.hasHappened ? nil : Self.drainTime))
    }

    /// - Parameter time: nil: to their end.
    func stop(within time: Duration?) async {
        await withDiscardingTaskGroup { group in
            for one in running { group.addTask { await self.stop(one, within: time) } }
        }
        running = []
    }

    private func stop(_ one: Running, within time: Duration?) async {
        // A successor is reached there.
        if let address = one.published, let home, !retirement.begun.hasHappened {
            // What stays noted is tried in vain and found wrong at the first connection.
            await Farewell.say { try? await home.withdraw(one.end.name, at: address.description) }
        }
        report.tell(
            .draining(
                service: one.end.name, role: one.end.role, live: await one.end.counters().live,
                seconds: time?.components.seconds))
        await one.end.stop(within: time.map { TimeAmount($0) } ?? Self.unlimited)
        report.tell(.counters(service: one.end.name, role: one.end.role, await one.end.counters()))
    }
}
