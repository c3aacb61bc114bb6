import Foundation
import NIOCore
import ServiceLifecycle
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonHTTPServices
import SymbolonKeys
import SymbolonNames
import SymbolonProxy
import SymbolonStorage
import SymbolonWire

/// The client's machine: a home of its own beside the authority's keys, which knows nothing until a code introduces it.
extension FirstRun {
    /// The authority, served to this machine for as long as the story lasts.
    struct Serving {
        let address: HostAndPort
        let running: Task<Void, any Error>
    }

    /// Stands for another machine, so that it has a home of its own; in the authority's folder, so that one folder has all
    /// that a run makes.
    var machine: HomeFolder { HomeFolder("\(home.path)/\(Self.clientName)") }

    func serve(_ authority: LocalAuthority) async throws -> Serving {
        let place = ListeningPlace()
        let server = try await AuthorityServer(
            authority, at: HostAndPort(host: "127.0.0.1", port: 0), names: [.ip(try IPAddress("127.0.0.1"))],
            renewal: RenewalPolicy(), limits: ServerLimits(), observer: place, report: .silent, on: group)
        let running = Task {
            do {
                try await ServiceGroup.run(server.services, until: AsyncStream { _ in })
            } catch {
                place.failed(error)
                throw error
            }
        }
        return Serving(address: try await place.address(), running: running)
    }

    func introduceUnlessKnown(to authority: LocalAuthority, at address: HostAndPort) async throws {
        if try await isKnown(to: authority) {
            try note(address)
            printer.row("machine", "\(machine.path) (was introduced before; it goes on)")
            return
        }
        try await introduce(to: authority, at: address)
        guard let pairing = report.pairing else { return }
        printer.row("code", "\(pairing.code) (used, and good for nothing now)")
        printer.row("machine", "\(machine.path): \(pairing.identity); its key never left it")
        printer.good(
            "introduced in \(Int(pairing.milliseconds)) ms: each end proved that it knows the code, in a handshake without certificates"
        )
    }

    /// By a short code, whether the machine knows nothing yet or its identity is good for nothing any more.
    func introduce(to authority: LocalAuthority, at address: HostAndPort) async throws {
        let began = ContinuousClock.now
        let answer = try await authority.administration.perform(
            MakeInvitation(name: Self.clientName, profile: ProfileName.client.rawValue))
        let outcome = try await Introduction(home: machine, passphrase: nil, algorithm: .p256)
            .run(try CodeAndAddress("\(answer.code)@\(address)"))
        report.pairing = FirstRunReport.Pairing(
            invitation: outcome.number, identity: (outcome.offer.identity?.identity ?? "").printable,
            home: machine.path, code: answer.code,
            milliseconds: (ContinuousClock.now - began).inSeconds * 1000)
        guard outcome.anchor == authority.issuing.root else {
            return fail("the machine that was introduced trusts another authority")
        }
    }

    var clientSource: IdentitySource {
        get throws { .home(machine, try IdentityName(Self.clientName)) }
    }

    /// What the client's end believes: of its authority it knows what it hears.
    func keeperOfMachine() async throws -> TrustKeeper {
        let passphrase = try LocalAuthority.readPassphrase(.file(machine.passphraseFile))
        let ends = try await EndsHome.open(machine, passphrase: passphrase)
        let identity = try machine.loadIdentity(IdentityName(Self.clientName), with: passphrase)
        _ = try await ends.paired?.refresh(as: identity)
        let keeper = try await TrustKeeper(home: ends, passphrase: passphrase, report: .silent)
        try await keeper.hold(clientSource, for: .reach)
        return keeper
    }

    /// A run before this one revoked the client, or left it as it is; time may have ended it.
    func isKnown(to authority: LocalAuthority) async throws -> Bool {
        let root = authority.issuing.root
        guard let anchors = try? machine.pairedAuthority()?.anchors(), anchors == [root],
            let identity = try? machine.loadIdentity(
                IdentityName(Self.clientName), with: PassphraseSource.file(machine.passphraseFile).read()),
            identity.anchors == [root], identity.leaf.notAfter > Date(),
            let record = try await authority.store.certificate(identity.leaf.serialNumber)
        else { return false }
        return record.state.name == .issued
    }

    /// The authority listens elsewhere in each run; a machine that goes on is told where.
    func note(_ address: HostAndPort) throws {
        guard let known = try machine.pairedAuthority() else { return }
        try machine.save(
            PairedAuthority(
                trustDomain: known.trustDomain, addresses: [address.description], anchors: known.anchors(),
                identity: known.identity, pairedAt: known.pairedAt))
    }
}

/// Where a server listens, once it does.
private final class ListeningPlace: ServerObserver {
    private let places = AsyncThrowingStream<HostAndPort, any Error>.makeStream()

    func server(_ event: ServerEvent) {
        guard case .listening(let text) = event, let place = try? HostAndPort(text) else { return }
        places.continuation.yield(place)
    }

    func failed(_ error: any Error) { places.continuation.finish(throwing: error) }

    func address() async throws -> HostAndPort {
        for try await place in places.stream { return place }
        throw CancellationError()
    }
}
