import Foundation
import NIOCore
import NIOPosix
import ServiceLifecycle
import SymbolonClients
import SymbolonHTTPServices
import SymbolonKeys
import SymbolonProxy
import SymbolonStorage

/// Serves what a configuration names, all in this process, until it is asked to end.
///
/// start every end, or none → publish new trust as it comes → on SIGTERM or SIGINT drain; a second signal ends at once.
/// `EndsRunner+Starting.swift` makes each end from its configuration.
struct EndsRunner {
    let configuration: RunConfiguration
    let folder: HomeFolder
    let report: EndReport
    let group: MultiThreadedEventLoopGroup
    private let passphrase: PassphraseSource?

    init(_ configuration: RunConfiguration, home: HomeFolder, passphrase: PassphraseSource?, json: Bool) {
        self.configuration = configuration
        folder = home
        self.passphrase = passphrase
        report = EndReport(json: json)
        group = MultiThreadedEventLoopGroup(numberOfThreads: Processors.usable)
    }

    /// Returns when all ends have stopped because they were asked to.
    func run() async throws {
        let signals = Signals.asksToEnd()
        do {
            try await serve(until: signals)
        } catch {
            await report.flush()
            throw error
        }
        await report.flush()
        try? await group.shutdownGracefully()
    }

    private func serve(until signals: AsyncStream<Int32>) async throws {
        let passphrase = try readPassphrase()
        let home = try await openHome(passphrase)
        let gatherer = try RevocationGatherer.make(configuration, home: home)
        let keeper = try await TrustKeeper(home: home, passphrase: passphrase, gatherer: gatherer, report: report)
        let ends = EndsService(report: report, home: home)
        do {
            for service in configuration.protected { try await start(service, keeper, ends) }
            for door in configuration.doors { try await start(door, keeper, ends) }
        } catch {
            await ends.stop(within: .zero)
            throw error
        }
        // The last one is the first to stop: revocation is watched, and questions are answered, as long as anything is live.
        let asked: [(any Service)?] = [metrics(await ends.ends, keeper), await control(await ends.ends, keeper)]
        let watching = asked.compactMap(\.self) + [keeper, ends]
        try await ServiceGroup.run(watching, until: signals)
    }

    private func metrics(_ ends: [RunningEnd], _ keeper: TrustKeeper) -> (any Service)? {
        guard let place = configuration.metrics else { return nil }
        if !place.isLoopback {
            report.warn(
                nil, "whoever can connect to \(place) reads the metrics, without a proof",
                why: "it is not an address of this machine alone",
                mend: "listen on 127.0.0.1, or behind a door of its own, unless that is meant")
        }
        let measures = EndMeasures(ends: ends, keeper: keeper)
        return MetricsService(
            server: PublicServer(
                host: place.host, port: place.port, metrics: { await measures.registry() },
                observer: MetricsObserver(report: report), group: group), place: place)
    }

    /// Where this process is asked what it does; nil where there is no home for it. Ends do their work without it too.
    private func control(_ ends: [RunningEnd], _ keeper: TrustKeeper) async -> ControlSocket? {
        guard FileManager.default.fileExists(atPath: folder.path) else { return nil }
        do {
            let place = try keeper.place ?? folder.takeEndPlace()
            return try await ControlSocket.open(place, ControlDesk(ends: ends, report: report), on: group)
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
