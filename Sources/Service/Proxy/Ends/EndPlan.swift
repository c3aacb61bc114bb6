internal import Foundation
internal import SymbolonAccessPolicy
internal import SymbolonTransport
internal import SymbolonVerification
internal import Tracing

/// What both kinds of end are made of: a definition with its role.
struct EndPlan: Sendable {
    let name: String
    let role: EndRole
    let listen: [Endpoint]
    /// In place of those.
    let listeners: [OpenListener]
    /// The backend of a service, or the service behind a door.
    let target: Endpoint
    /// What a backend is told of the peer.
    let backendHeader: BackendHeader
    /// Requests are read; nil: bytes are passed on.
    let http: HTTPService?
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
    /// Takes the proofs that come with persons' tokens, each once at all event loops.
    let proofs: ProofDesk
    /// Nil: nothing is traced.
    let tracing: EndTracing?
    /// Both clocks as they were when the end was made.
    private let plausible: PlausibleClock

    init(
        _ service: ServiceDefinition, observer: any EndObserver, clock: @escaping @Sendable () -> Date,
        steady: @escaping @Sendable () -> Duration, tracer: (any Tracer)? = nil
    ) {
        name = service.name
        role = .protect
        listen = service.listen
        listeners = service.listeners
        target = service.backend
        backendHeader = service.backendHeader
        http = service.http
        serverName = nil
        servedNames = service.serverNames
        var settings = service.tls
        // RFC 9113 §3.2, RFC 7301 §6.
        if http != nil { settings.alpn = ["h2", "http/1.1"] }
        tls = settings
        limits = service.limits
        self.observer = observer
        self.clock = clock
        self.steady = steady
        plausible = PlausibleClock(at: clock(), steady: steady())
        proofs = ProofDesk(at: steady())
        tracing = EndTracing(tracer, role: role, service: name)
    }

    init(
        _ door: DoorDefinition, observer: any EndObserver, clock: @escaping @Sendable () -> Date,
        steady: @escaping @Sendable () -> Duration, tracer: (any Tracer)? = nil
    ) {
        name = door.name
        role = .reach
        listen = door.listen
        listeners = door.listeners
        target = door.service
        backendHeader = .none
        http = nil
        serverName = door.serverName
        servedNames = nil
        tls = door.tls
        limits = door.limits
        self.observer = observer
        self.clock = clock
        self.steady = steady
        plausible = PlausibleClock(at: clock(), steady: steady())
        proofs = ProofDesk(at: steady())
        tracing = EndTracing(tracer, role: role, service: name)
    }

    /// What the clock says, and whether rules believe it.
    func reading(at steady: Duration) -> ClockReading { plausible.reading(of: clock(), steady: steady) }

    /// What the service behind has to prove; nil: nothing is asked of it.
    /// - Parameter known: of the trust before.
    func backendProof(
        for trust: TrustState, after known: BackendProof? = nil, _ cache: SignatureCache
    ) throws(EndFailure) -> BackendProof? {
        guard let http, let asked = http.backendTLS else { return nil }
        return try BackendProof(
            asked, speaking: http.backend, under: trust, settings: tls, cache: cache, after: known)
    }

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
