import Foundation
import NIOCore
import NIOPosix
import ServiceLifecycle
import SymbolonClients
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
        // The last one is the first to stop: revocation is watched as long as anything is live.
        try await ServiceGroup.run([keeper, ends], until: signals)
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
