import Foundation
import NIOCore
import NIOPosix
import ServiceLifecycle
import SymbolonAdministration
import SymbolonAuthority
import SymbolonEnrollment
import SymbolonHTTPServices
import SymbolonNames
import SymbolonStorage
import SymbolonTransport

/// Serves an authority until it is asked to end.
///
/// SIGTERM and SIGINT let what is under way finish; a second signal ends at once.
struct AuthorityRunner {
    let authority: LocalAuthority
    let options: ServeOptions
    let publishing: PublishOptions
    let acme: ACMEOptions
    let renewal: RenewalPolicy
    let report: EndReport

    func run() async throws {
        let signals = Signals.asksToEnd()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: Processors.usable)
        do {
            try await serve(until: signals, on: group)
        } catch {
            await report.flush()
            throw error
        }
        await report.flush()
        try? await group.shutdownGracefully()
    }

    private func serve(until signals: AsyncStream<Int32>, on group: MultiThreadedEventLoopGroup) async throws {
        let address = try options.address()
        let configuration = authority.issuing.configuration
        let names = try options.chosenNames() ?? ServerNames.found(listeningOn: address.host, configuration)
        try await FirstAdministrator(authority: authority, report: report).provide()
        let keeper = try await ServerKeeper(authority, names: names, report: report)
        let metrics = MetricsRegistry.installed
        let acme = try acme.offers ? acme.server(authority, renewal: renewal) : nil
        let (publisher, publicServer) = try published(on: group)
        let routes = routes(keeper, publisher, metrics, acme)
        let server = try HTTPServer(
            host: address.host, port: address.port, trust: await keeper.current, routes: routes,
            gate: InvitationGate(authority.pairingGuard), limits: options.limits, observer: report, group: group)
        await keeper.keep(server)
        var services: [any Service] = [keeper]
        if let publisher { services.append(publisher) }
        if let acme { services.append(ACMEService(server: acme)) }
        if let publicServer { services.append(publicServer) }
        services.append(server)
        do {
            // The last one is the first to stop.
            try await ServiceGroup.run(services, until: signals)
        } catch let failure as IOError {
            throw Complaint(cannotListenOn: address, failure)
        }
    }

    /// What keeps the lists and what serves them, where certificates name an address.
    private func published(
        on group: MultiThreadedEventLoopGroup
    ) throws -> (PublishingService?, PublicService?) {
        guard let address = authority.issuing.configuration.publishedAt.first else {
            guard publishing.listen == nil else {
                throw Complaint(
                    what: "--publish-on says where to listen, and no certificate says where lists are",
                    mend: "name the address as well: --publish-at http://HOST:PORT", exit: .undecided)
            }
            return (nil, nil)
        }
        let place = try publishing.place(for: address)
        let lists = ListCatalog(authority.store, issuerKey: authority.issuing.key)
        return (
            PublishingService(authority, observer: report),
            PublicService(
                server: PublicServer(
                    host: place.host, port: place.port, lists: lists, limits: options.limits, observer: report,
                    group: group), place: place)
        )
    }

    /// Everything that is offered on the one port.
    private func routes(
        _ keeper: ServerKeeper, _ publisher: PublishingService?, _ metrics: MetricsRegistry, _ acme: ACMEServer?
    ) -> [any HTTPRoutes] {
        var parts = authority.parts
        let register = authority.register
        // One for all requests: it remembers who waits.
        let renewals = RenewalDesk(authority.issuing, store: authority.store, policy: renewal, clock: { Date() })
        parts.add(renewals)
        parts.add(TrustDesk(store: authority.store, clock: { Date() }))
        return [
            PairingRoutes(authority.pairing),
            HealthRoutes { await keeper.health(beside: publisher?.faults ?? []) },
            MetricsRoutes(metrics, renewals: renewals, parts: parts, register: register),
            APIRoutes(APIOperations.all, parts: parts, register: register),
            RenewalRoutes(renewals),
        ] + (acme.map { [ACMERoutes($0)] } ?? [])
    }
}

extension Complaint {
    fileprivate init(cannotListenOn address: HostAndPort, _ failure: IOError) {
        self.init(
            what: "the authority cannot be served on \(address)", why: "\(failure)",
            mend: "end what listens there, or choose another place: symbolon up --listen HOST:PORT")
    }
}
