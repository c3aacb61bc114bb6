internal import Foundation
internal import SymbolonAccessPolicy
internal import SymbolonTransport

/// What both kinds of end are made of: a definition with its role.
struct EndPlan: Sendable {
    let name: String
    let role: EndRole
    let listen: [Endpoint]
    /// The backend of a service, or the service behind a door.
    let target: Endpoint
    /// What a backend is told of the peer.
    let backendHeader: BackendHeader
    /// What a door asks its service for.
    let serverName: String?
    /// What a service answers to.
    let servedNames: Set<String>?
    let tls: TLSSettings
    let limits: EndLimits
    let observer: any EndObserver
    let clock: @Sendable () -> Date
    /// A clock that nobody sets.
    let steady: @Sendable () -> Duration
    /// Both clocks as they were when the end was made.
    private let plausible: PlausibleClock

    init(
        _ service: ServiceDefinition, observer: any EndObserver, clock: @escaping @Sendable () -> Date,
        steady: @escaping @Sendable () -> Duration
    ) {
        name = service.name
        role = .protect
        listen = service.listen
        target = service.backend
        backendHeader = service.backendHeader
        serverName = nil
        servedNames = service.serverNames
        tls = service.tls
        limits = service.limits
        self.observer = observer
        self.clock = clock
        self.steady = steady
        plausible = PlausibleClock(at: clock(), steady: steady())
    }

    init(
        _ door: DoorDefinition, observer: any EndObserver, clock: @escaping @Sendable () -> Date,
        steady: @escaping @Sendable () -> Duration
    ) {
        name = door.name
        role = .reach
        listen = door.listen
        target = door.service
        backendHeader = .none
        serverName = door.serverName
        servedNames = nil
        tls = door.tls
        limits = door.limits
        self.observer = observer
        self.clock = clock
        self.steady = steady
        plausible = PlausibleClock(at: clock(), steady: steady())
    }

    /// What the clock says, and whether rules believe it.
    func reading(at steady: Duration) -> ClockReading { plausible.reading(of: clock(), steady: steady) }

    /// One TLS context for all connections under `trust`.
    func context(for trust: TrustState) throws(EndFailure) -> TLSContext {
        let side: TLSContext.Side
        switch (role, trust.admission) {
        case (.protect, .clients): side = .server(acceptedServerNames: servedNames)
        case (.reach, .service): side = .client
        case (.protect, .service), (.reach, .clients): throw .trustForOtherRole
        }
        do {
            return try TLSContext(side: side, identity: trust.identity.tls, settings: tls)
        } catch {
            throw .tls(error)
        }
    }
}
