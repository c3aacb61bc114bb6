import Foundation
import NIOCore
import ServiceLifecycle
import SymbolonAdministration
import SymbolonAuthority
import SymbolonEnrollment
import SymbolonHTTPServices
import SymbolonNames
import SymbolonStorage

/// An authority's server, with everything that it offers on its one port, and what keeps it as it should be.
struct AuthorityServer {
    /// The last one is the first to stop.
    let services: [any Service]

    init(
        _ authority: LocalAuthority, at address: HostAndPort, names: [SubjectName], acme: ACMEServer? = nil,
        published: PublishedParts? = nil, renewal: RenewalPolicy, limits: ServerLimits, observer: any ServerObserver,
        report: EndReport, on group: any EventLoopGroup
    ) async throws {
        let revoked = RevocationMirror(authority.store)
        let keeper = try await ServerKeeper(
            authority, names: names, revoked: revoked, responder: published?.responding?.responder, report: report)
        let server = try HTTPServer(
            host: address.host, port: address.port, trust: await keeper.current,
            routes: Self.routes(authority, keeper, revoked, published, renewal, acme),
            gate: InvitationGate(authority.pairingGuard),
            limits: limits, observer: observer, group: group)
        await keeper.keep(server)
        var services: [any Service] = [
            keeper, ScheduleService(authority: authority, report: report),
            EmergencyWatch(store: authority.store, report: report, registry: .installed),
        ]
        if let published { services.append(published.lists) }
        if let responding = published?.responding { services.append(responding) }
        if let acme { services.append(ACMEService(server: acme)) }
        if let published { services.append(published.server) }
        self.services = services + [server]
    }

    private static func routes(
        _ authority: LocalAuthority, _ keeper: ServerKeeper, _ revoked: RevocationMirror,
        _ published: PublishedParts?, _ renewal: RenewalPolicy, _ acme: ACMEServer?
    ) -> [any HTTPRoutes] {
        var parts = authority.parts
        let register = authority.register
        // One for all requests: it remembers who waits.
        let renewals = RenewalDesk(authority.issuing, store: authority.store, policy: renewal, clock: { Date() })
        parts.add(renewals)
        parts.add(TrustDesk(store: authority.store, mirror: revoked, clock: { Date() }))
        return [
            PairingRoutes(authority.pairing),
            HealthRoutes { await keeper.health(beside: published?.faults ?? []) },
            MetricsRoutes(.installed, renewals: renewals, parts: parts, register: register),
            APIRoutes(APIOperations.all, parts: parts, register: register),
            RenewalRoutes(renewals),
        ] + (acme.map { [ACMERoutes($0)] } ?? [])
    }
}

/// What is published for everybody: what keeps it as it should be, and what serves it.
struct PublishedParts {
    let lists: PublishingService
    let responding: RespondingService?
    let server: PublicService

    var faults: [String] {
        get async { await lists.faults + (responding?.faults ?? []) }
    }
}
