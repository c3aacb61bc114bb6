import Foundation
import NIOCore
import NIOPosix
import ServiceLifecycle
import SymbolonClients
import SymbolonHTTPServices
import SymbolonKeys
import SymbolonProxy
import SymbolonStorage
import SymbolonTransport
import SymbolonWire

/// Serves what a configuration names, all in this process, until it is asked to end.
///
/// start every end, or none → publish new trust as it comes → on SIGTERM or SIGINT drain; a second signal ends at once.
/// `EndsRunner+Starting.swift` makes each end from its configuration.
struct EndsRunner {
    let configuration: RunConfiguration
    let folder: HomeFolder
    let report: EndReport
    let group: MultiThreadedEventLoopGroup
    /// What streams run on.
    let loops: StreamLoops
    /// Nil: nothing is traced.
    let traces: TraceExport?
    private let passphrase: PassphraseSource?
    private let takesOver: Bool
    private let retirement = Retirement()
    private let manager = ServiceManager()

    /// - Parameter takesOver: from the process of the home that serves the same.
    init(
        _ configuration: RunConfiguration, home: HomeFolder, passphrase: PassphraseSource?, takesOver: Bool, json: Bool
    ) throws {
        self.configuration = configuration
        folder = home
        self.passphrase = passphrase
        self.takesOver = takesOver
        report = EndReport(json: json)
        traces = try configuration.traces.map { [report] in try TraceExport($0, report: report) }
        loops = try StreamLoops(count: Processors.usable)
        group = MultiThreadedEventLoopGroup(numberOfThreads: Processors.usable)
    }

    /// Returns when all ends have stopped because they were asked to.
    func run() async throws {
        let (signals, reloads) = (Signals.asksToEnd(), Signals.asksToReload(report.isForPeople))
        do {
            try await serve(until: signals, reloads)
        } catch {
            await report.flush()
            throw error
        }
        await report.flush()
        try? await group.shutdownGracefully()
    }

    private func serve(until signals: AsyncStream<Int32>, _ reloads: AsyncStream<Int32>) async throws {
        let confined = try Confinement.finish()
        if let confined { report.tell(.confined(user: confined.user, landlock: confined.landlock)) }
        var sockets = try ActivatedSockets.take().distribute(among: configuration.names)
        sockets.merge(confined?.sockets ?? [:], uniquingKeysWith: { $1 })
        let passphrase = try readPassphrase()
        let home = try await openHome(passphrase)
        let gatherer = try RevocationGatherer.make(configuration, home: home)
        let keeper = try await TrustKeeper(home: home, passphrase: passphrase, gatherer: gatherer, report: report)
        let ends = EndsService(
            report: report, home: home, drainTime: configuration.drainTime, retirement: retirement)
        let takeOver = takesOver ? try await takeOver(keeper) : nil
        if let takeOver { sockets.merge(takeOver.sockets, uniquingKeysWith: { $1 }) }
        do {
            for service in configuration.protected { try await start(service, keeper, ends, sockets) }
            for door in configuration.doors { try await start(door, keeper, ends, sockets) }
            try await takeOver?.complete()
        } catch {
            await ends.stop(within: .zero)
            throw error
        }
        if confined == nil, Confinement.isLeftOut { report.tell(.unconfined) }
        if let takeOver {
            report.tell(
                .tookOver(from: takeOver.processes, sockets: takeOver.sockets.values.reduce(0) { $0 + $1.count }))
        }
        // The last one is the first to stop: revocation is watched, and questions are answered, as long as anything is live.
        let running = await ends.ends
        let asked: [(any Service)?] = [
            metrics(running, keeper), await control(running, keeper),
            manager.map { SignsOfLife(manager: $0, ends: running, retirement: retirement) },
        ]
        let reloading = Reloading(requests: reloads, keeper: keeper, ends: running, manager: manager, report: report)
        if takesOver { manager?.tell(.mainProcess(getpid())) }
        manager?.tell(.ready)
        try await ServiceGroup.run(
            [traces].compactMap(\.self) + asked.compactMap(\.self) + [reloading, keeper, ends], until: signals,
            stopping: stopping,
            retirement: retirement)
    }

    /// The manager waits for as long as connections may take to finish, and then whom the end takes leave of.
    private var stopping: (@Sendable () -> Void)? {
        let farewells = traces == nil ? 2 : 3
        let time = (configuration.drainTime ?? EndsService.drainTime) + Farewell.longest * farewells
        let longest = UInt64(time.inSeconds * 1_000_000)
        guard let manager else { return nil }
        return { manager.tell(.stopping, .extendTimeout(microseconds: longest)) }
    }

    private func takeOver(_ keeper: TrustKeeper) async throws -> TakeOver {
        guard let place = try keeper.place ?? place() else {
            throw Complaint(
                what: "there is no home \(folder.path), through which a running process could be asked",
                mend: "name its home: --home", exit: .undecided)
        }
        return try await TakeOver.begin(configuration, in: folder, at: place)
    }

    private func place() throws -> EndPlace? {
        FileManager.default.fileExists(atPath: folder.path) ? try folder.takeEndPlace() : nil
    }

    private func metrics(_ ends: [RunningEnd], _ keeper: TrustKeeper) -> (any Service)? {
        guard let place = configuration.metrics else {
            retirement.metricsClosed.happen()
            return nil
        }
        if !place.isLoopback {
            report.warn(
                nil, "whoever can connect to \(place) reads the metrics, without a proof",
                why: "it is not an address of this machine alone",
                mend: "listen on 127.0.0.1, or behind a door of its own, unless that is meant")
        }
        let measures = EndMeasures(ends: ends, keeper: keeper, spans: traces?.queue)
        let page = PublicService(
            server: PublicServer(
                host: place.host, port: place.port, metrics: { await measures.registry() },
                observer: MetricsObserver(report: report), group: group), place: place, content: "metrics",
            option: "--metrics ADDRESS:PORT")
        return RetiringMetrics(page: page, retirement: retirement)
    }

    /// Where this process is asked what it does; nil where there is no home for it. Ends do their work without it too.
    private func control(_ ends: [RunningEnd], _ keeper: TrustKeeper) async -> ControlSocket? {
        do {
            guard let place = try keeper.place ?? place() else { return nil }
            let desk = ControlDesk(ends: ends, report: report, home: folder, keeper: keeper, retirement: retirement)
            return try await ControlSocket.open(place, desk, on: group)
        } catch {
            report.warn(
                nil, "live connections cannot be listed or closed by hand", why: ExplainedError.text(error),
                mend: "let this user write to the home \(folder.path)")
            return nil
        }
    }

    // MARK: The home

    private var usesHome: Bool {
        (configuration.protected.map(\.identity) + configuration.doors.map(\.identity)).contains { source in
            if case .home = source { true } else { false }
        }
    }

    private func readPassphrase() throws -> Passphrase? {
        if usesHome {
            try requireHome()
            return try LocalAuthority.readPassphrase(passphrase ?? .file(folder.passphraseFile))
        }
        return try passphrase.map { try LocalAuthority.readPassphrase($0) }
    }

    private func requireHome() throws {
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw Complaint(
                what: "there is no home folder \(folder.path) to take an identity from",
                mend:
                    "make an authority there: symbolon up --home \(folder.path); or name --certificate, --key and --anchors",
                exit: .undecided)
        }
        try LocalAuthority.checked(folder)
    }

    /// Also where every end has files: the authority here may know what is revoked.
    private func openHome(_ passphrase: Passphrase?) async throws -> EndsHome? {
        guard usesHome || LocalAuthority.exists(in: folder) else { return nil }
        try LocalAuthority.checked(folder)
        return try await EndsHome.open(folder, passphrase: passphrase)
    }
}
