import Foundation
import NIOCore
import NIOPosix
import SymbolonAccessPolicy
import SymbolonAuthority
import SymbolonCertificates
import SymbolonNames
import SymbolonProxy
import SymbolonRevocation
import SymbolonStorage
import SymbolonTransport
import SymbolonWire

/// The whole story on this machine: an authority, a machine introduced to it by a code, a protected service, a door to it,
/// impostors, and one revocation.
///
/// All of it is the real system in the home folder: run again, it goes on from there. `FirstRun+Introduction.swift` has the
/// client's machine.
final class FirstRun {
    let home: HomeFolder
    private let passphrase: PassphraseSource?
    let printer: StoryPrinter
    let group: any EventLoopGroup
    private let loops: StreamLoops
    private let started: ContinuousClock.Instant
    private let ledger = EventLedger()
    var report = FirstRunReport()

    /// How long each step of the story may take before it counts as failed. Real ones take milliseconds.
    private static let patience: Duration = .seconds(10)
    private static let socketPatience: TimeAmount = .seconds(10)

    static let serviceName = "web"
    static let clientName = "laptop"

    init(
        home: HomeFolder, passphrase: PassphraseSource?, printer: StoryPrinter, group: any EventLoopGroup,
        loops: StreamLoops, started: ContinuousClock.Instant
    ) {
        self.home = home
        self.passphrase = passphrase
        self.printer = printer
        self.group = group
        self.loops = loops
        self.started = started
    }

    /// What stays up after the story, until `stop`.
    struct Stage {
        let authority: LocalAuthority
        let serving: Serving
        let service: SmallService
        let protect: RunningEnd
        let door: RunningEnd
        /// What the authority's home and the client's machine believe.
        let keeper: TrustKeeper
        let machineKeeper: TrustKeeper
        let keeping: [Task<Void, any Error>]
        /// Where `symbolon connections` asks, in both homes.
        let controls: [ControlSocket]

        func stop() async {
            for control in controls { await control.close() }
            await door.stop(within: .seconds(1))
            await protect.stop(within: .seconds(1))
            await service.stop()
            for task in keeping + [serving.running] { task.cancel() }
        }
    }

    func tell() async throws -> Stage {
        let authority = try await openAuthority()
        let client = try IdentityName(Self.clientName)
        let workshop = ImpostorWorkshop(authority: authority, client: client)
        let serving = try await serve(authority)
        try await introduceUnlessKnown(to: authority, at: serving.address)
        let stage = try await setStage(authority, serving)
        try await proveBoth(stage)
        let expired = try await workshop.expiring()
        try await tryImpostors(stage, workshop, expired)
        try await revoke(stage, client)
        return stage
    }

    // MARK: 1. The authority

    private func openAuthority() async throws -> LocalAuthority {
        let isNew = !LocalAuthority.exists(in: home)
        let authority =
            isNew
            ? try await LocalAuthority.create(
                in: home, try AuthorityConfiguration(trustDomain: TrustDomain("example.internal")),
                passphrase: passphrase)
            : try await LocalAuthority.open(home, passphrase: passphrase)
        report.home = home.path
        report.trustDomain = authority.issuing.configuration.trustDomain.description
        report.authorityIsNew = isNew
        printer.heading("1. An authority")
        printer.row("domain", report.trustDomain)
        printer.row("home", "\(home.path) (\(isNew ? "made now" : "was here; it goes on"))")
        printer.row("root", "SHA-256 \(authority.issuing.root.fingerprint)")
        return authority
    }

    // MARK: 2. Both ends

    private func setStage(_ authority: LocalAuthority, _ serving: Serving) async throws -> Stage {
        let ends = try await EndsHome.open(home, passphrase: authority.passphrase)
        try await replaceUnusable(Self.serviceName, .protect, authority, ends)
        let service = try await SmallService.start(on: group)
        let keeper = try await TrustKeeper(home: ends, passphrase: authority.passphrase, report: .silent)
        let domain = authority.issuing.configuration.trustDomain
        let serviceSource = IdentitySource.home(home, try IdentityName(Self.serviceName))
        try await keeper.hold(serviceSource, for: .protect)
        let machineKeeper = try await keeperOfMachine()

        let clients = TrustKeeper.Wish(
            source: serviceSource,
            admission: .clients(
                CompiledPolicy(Policy(allowing: [try IdentityPattern(Self.clientName, defaultDomain: domain)]))))
        let loopback = Endpoint.host("127.0.0.1", port: 0)
        let protect = try await ServerEnd.start(
            ServiceDefinition(
                name: Self.serviceName, listen: [loopback],
                backend: .host("127.0.0.1", port: service.address.port ?? 0)),
            trust: try await keeper.trust(clients), on: loops, observer: ledger)
        await keeper.keep(protect, clients)

        let expected = TrustKeeper.Wish(
            source: try clientSource,
            admission: .service([.spiffe(try SPIFFEID(trustDomain: domain, path: [Self.serviceName]))]))
        let door = try await ClientEnd.start(
            DoorDefinition(
                name: Self.serviceName, listen: [loopback],
                service: .host("127.0.0.1", port: protect.addresses.first?.port ?? 0)),
            trust: try await machineKeeper.trust(expected), on: loops, observer: ledger)
        await machineKeeper.keep(door, expected)
        let keeping = [keeper, machineKeeper].map { keeper in Task { try await keeper.run() } }
        return Stage(
            authority: authority, serving: serving, service: service, protect: protect, door: door, keeper: keeper,
            machineKeeper: machineKeeper, keeping: keeping,
            controls: [await control(protect, keeper), await control(door, machineKeeper)].compactMap(\.self))
    }

    /// The story does without it.
    private func control(_ end: RunningEnd, _ keeper: TrustKeeper) async -> ControlSocket? {
        guard let place = keeper.place else { return nil }
        return try? await ControlSocket.open(place, ControlDesk(ends: [end], report: .silent), on: group)
    }

    /// Time may have ended it, or somebody may have revoked it.
    private func replaceUnusable(
        _ name: String, _ role: EndRole, _ authority: LocalAuthority, _ ends: EndsHome
    ) async throws {
        let name = try IdentityName(name)
        guard FileManager.default.fileExists(atPath: home.identityFile(name)) else { return }
        let identity = try home.loadIdentity(name, with: authority.passphrase)
        let record = try await authority.store.certificate(identity.leaf.serialNumber)
        guard record?.state.name != .issued || identity.leaf.notAfter <= Date() else { return }
        _ = try await ends.issue(name, for: role)
    }

    private func proveBoth(_ stage: Stage) async throws {
        let reader = try await PageReader.connect(to: stage.door.addresses[0], on: group)
        let page = try await reader.get()
        let elapsed = ContinuousClock.now - started
        report.firstExchangeMilliseconds = elapsed.inSeconds * 1000
        report.page = page.body
        await reader.close()
        let atService = await ledger.first(within: Self.patience) {
            if case .accepted(let facts) = $0 { facts.role == .protect } else { false }
        }
        let atClient = await ledger.first(within: Self.patience) {
            if case .accepted(let facts) = $0 { facts.role == .reach } else { false }
        }
        guard case .accepted(let client) = atService, case .accepted(let service) = atClient, page.status == 200 else {
            return fail("the honest client did not reach the service")
        }
        report.clientProof = client
        report.serviceProof = service
        printer.heading("2. A service behind `protect`, a client's door by `reach`: both ends prove themselves")
        printer.proof("the client proved to the service", client)
        printer.proof("the service proved to the client", service)
        printer.row("connection", "\(client.session.version), \(client.session.group), \(client.session.cipher)")
        printer.row("page read", "\"\(String(page.body.prefix(46)).printable)…\"")
        printer.good("both proved, and the page read, \(Int(report.firstExchangeMilliseconds)) ms after the start")
    }

    // MARK: 3. Impostors

    private func tryImpostors(_ stage: Stage, _ workshop: ImpostorWorkshop, _ expired: MadeIdentity) async throws {
        printer.heading("3. Impostors at the service's door, on real sockets")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("symbolon-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let stranger = try await ImpostorWorkshop.stranger(stage.authority.issuing.configuration, in: folder)
        let service = try home.loadIdentity(IdentityName(Self.serviceName), with: stage.authority.passphrase)
        let impostors = try await workshop.all(service: service, expired: expired, stranger: stranger)
        let revocations = try await stage.authority.store.changeCounter()
        await stage.keeper.refreshRevocation()
        guard revocations > 0 else { return fail("the revocation was not counted") }
        let left = expired.leaf.notAfter.timeIntervalSinceNow
        // notAfter itself still counts (RFC 5280 §4.1.2.5), so it must be a second behind us.
        if left > -1 { try await Task.sleep(for: .seconds(left + 1.01)) }
        for impostor in impostors { try await knock(impostor, stage) }
        try await tryFalseService(stage, stranger)
    }

    private func knock(_ impostor: Impostor, _ stage: Stage) async throws {
        let before = stage.service.bytesReceived
        let answer = try await Knock.at(
            stage.protect.addresses[0], as: impostor.dress, serverName: nil, within: Self.socketPatience, on: group)
        let event = await ledger.first(within: Self.patience) {
            if case .refused(let facts) = $0 { facts.role == .protect && facts.address == answer.from } else { false }
        }
        let bytes = stage.service.bytesReceived - before
        judge(event, impostor.who, impostor.expected, alert: answer.alert, bytes: bytes + answer.bytesReceived)
    }

    /// A stranger's server with the right names, and our own service asked to be another: the client's end refuses both.
    private func tryFalseService(_ stage: Stage, _ stranger: LocalAuthority) async throws {
        printer.heading("4. False services, refused by the client's end")
        let folder = stranger.home
        try await stranger.issueIdentity(IdentityName(Self.serviceName), profile: .service)
        let domain = stage.authority.issuing.configuration.trustDomain
        let source = IdentitySource.home(folder, try IdentityName(Self.serviceName))
        let keeper = try await TrustKeeper(
            home: EndsHome.open(folder, passphrase: stranger.passphrase), passphrase: stranger.passphrase,
            report: .silent)
        try await keeper.hold(source, for: .protect)
        let everybody = TrustState.Admission.clients(
            CompiledPolicy(Policy(allowing: [try IdentityPattern("**", defaultDomain: domain)])))
        let fake = try await ServerEnd.start(
            ServiceDefinition(
                name: "fake", listen: [.host("127.0.0.1", port: 0)],
                backend: .host("127.0.0.1", port: stage.service.address.port ?? 0)),
            trust: try await keeper.trust(.init(source: source, admission: everybody)), on: loops, observer: ledger)
        let web = try SPIFFEID(trustDomain: domain, path: [Self.serviceName])
        let payroll = try SPIFFEID(trustDomain: domain, path: ["payroll"])
        try await tryDoor(
            "a stranger's server with the right name", to: fake, expecting: web, ["issuerUnknown"], stage)
        try await tryDoor(
            "our own \"web\" where \"payroll\" is expected", to: stage.protect, expecting: payroll, ["nameMismatch"],
            stage)
        await fake.stop(within: .zero)
    }

    private func tryDoor(
        _ who: String, to server: RunningEnd, expecting name: SPIFFEID, _ expected: Set<String>, _ stage: Stage
    ) async throws {
        let before = stage.service.bytesReceived
        let label = "door to \(name.path.joined(separator: "/")) \(expected.sorted()[0])"
        let door = try await ClientEnd.start(
            DoorDefinition(
                name: label, listen: [.host("127.0.0.1", port: 0)],
                service: .host("127.0.0.1", port: server.addresses.first?.port ?? 0)),
            trust: try await stage.machineKeeper.trust(
                .init(source: clientSource, admission: .service([.spiffe(name)]))), on: loops, observer: ledger)
        let answer = try await Knock.at(
            door.addresses[0], as: .plain, serverName: nil, within: Self.socketPatience, on: group)
        let event = await ledger.first(within: Self.patience) {
            if case .refused(let facts) = $0 { facts.service == label } else { false }
        }
        let bytes = stage.service.bytesReceived - before
        judge(event, who, expected, alert: nil, bytes: bytes + answer.bytesReceived)
        await door.stop(within: .zero)
    }

    private func judge(_ event: EndEvent?, _ who: String, _ expected: Set<String>, alert: String?, bytes: Int) {
        guard case .refused(let facts) = event else { return fail("\(who): was not refused") }
        let trial = FirstRunReport.Trial(
            who: who, refusedBy: facts.role.rawValue, reason: facts.reason, clause: facts.clause,
            explanation: facts.explanation, alert: alert ?? facts.alert, backendBytes: bytes)
        report.impostors.append(trial)
        guard expected.contains(facts.reason) else {
            return fail("\(who): refused as \(facts.reason), expected \(expected.sorted().joined(separator: " or "))")
        }
        guard bytes == 0 else { return fail("\(who): \(bytes) bytes passed") }
        printer.refused(trial)
    }

    // MARK: 5. Revocation

    private func revoke(_ stage: Stage, _ client: IdentityName) async throws {
        printer.heading("5. The client is revoked while it is connected")
        let reader = try await PageReader.connect(to: stage.door.addresses[0], on: group)
        guard try await reader.get().status == 200 else { return fail("the client did not reach the service again") }
        printer.good("a connection is live")
        _ = try await stage.authority.issuing.revoke(
            stage.authority.subjectName(client.description, profile: .client), reason: .cessationOfOperation,
            actor: LocalAuthority.actor)
        let revoked = ContinuousClock.now
        do {
            try await reader.hungUp(within: Self.socketPatience)
        } catch {
            return fail("the revoked client's live connection was not closed")
        }
        let elapsed = (ContinuousClock.now - revoked).inSeconds * 1000
        let closed = await ledger.first(within: Self.patience) {
            if case .closed(let facts) = $0 { facts.reason == "revoked" } else { false }
        }
        guard case .closed(let facts) = closed else { return fail("no end said that revocation closed the connection") }
        printer.good("revoked; its live connection was closed \(Int(elapsed)) ms later")
        printer.reason(facts.explanation.printable)
        try await refuseNext(stage, reason: facts.reason, elapsed)
    }

    private func refuseNext(_ stage: Stage, reason: String, _ elapsed: Double) async throws {
        // A door that refuses may have hung up before this side knows that it is connected.
        if let reader = try? await PageReader.connect(to: stage.door.addresses[0], on: group) {
            let page = try? await reader.get()
            await reader.close()
            if let page { return fail("the revoked client still read the page (\(page.status))") }
        }
        let event = await ledger.first(within: Self.patience) {
            if case .refused(let facts) = $0 { facts.role == .protect && facts.reason == "revoked" } else { false }
        }
        guard case .refused(let facts) = event else { return fail("no end said why the next connection was refused") }
        report.revocation = .init(reason: reason, closedAfterMilliseconds: elapsed, nextRefusal: facts.explanation)
        printer.good("its next connection was refused")
    }

    func fail(_ what: String) {
        report.failures.append(what)
        printer.bad(what)
    }
}
