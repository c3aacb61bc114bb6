import Foundation
import NIOCore
import NIOPosix
import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonHTTPServices
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonStorage
import SymbolonTestSupport
import SymbolonTransport
import SymbolonVerification
import SymbolonWire
import Synchronization
import Testing

/// An authority in a store of its own, asked in this process or over its own API on loopback: by the same callers.
final class ServedAuthority: Sendable {
    let store: AuthorityDatabase
    let authority: IssuingAuthority
    private let folder: TemporaryFolder
    let parts: LocalAdministration.Parts
    let register: LocalAdministration.Register
    let renewals: RenewalDesk
    let address: ServerAddress
    let http: HTTPServer
    let observer: ServerLog
    private let serving: Task<Void, any Error>

    /// Whoever comes with a certificate.
    struct Person: Sendable {
        let key: SigningKey
        let chain: [Certificate]
        let identity: String
    }

    static let domain = "example.internal"

    /// - Parameters:
    ///   - isImpostor: its server has an ordinary certificate of the authority, with the right address in it.
    ///   - clock: of the authority and its server.
    static func start(
        isImpostor: Bool = false, limits: ServerLimits = ServerLimits(), renewal: RenewalPolicy = RenewalPolicy(),
        clock: @escaping @Sendable () -> Date = { Date() }
    ) async throws -> ServedAuthority {
        let folder = try TemporaryFolder()
        let store = try AuthorityDatabase.create(at: folder.file("authority.sqlite"))
        let creation = AuthorityCreation(try AuthorityConfiguration(trustDomain: TrustDomain(domain)))
        _ = try await creation.run(in: store, actor: "test", at: clock())
        let authority = try await IssuingAuthority.open(
            store, keys: AuthorityKeys(issuing: creation.issuingKey, audit: creation.auditKey), clock: clock)
        var parts = LocalAdministration.Parts()
        parts.add(
            AuthorityReader(store: store, auditKey: creation.auditKey.publicKey, clock: clock, notedHead: { nil }))
        parts.add(CertificateDesk(authority: authority, operators: store, ends: store))
        parts.add(ScheduleDesk(authority: authority, schedule: store))
        parts.add(EndDesk(store: store, clock: clock))
        parts.add(OperatorDesk(authority: authority, operators: store))
        let library = PolicyLibrary(store: store, trustDomain: try TrustDomain(domain)) { text throws(PolicyFaults) in
            try PolicyLines.node(text)
        }
        parts.add(library)
        parts.add(PolicyDesk(authority: authority, library: library))
        parts.add(PostureDesk(authority: authority, store: store))
        parts.add(EndpointDesk(endpoints: store, trustDomain: try TrustDomain(domain), clock: clock))
        parts.add(
            InvitationDesk(authority: authority, store: store, operators: store) { _, _ in
                // Nobody pairs here, so that nothing slow is made of the words.
                SPAKE2PlusRecord(
                    w0: SecretBytes(copying: [UInt8](repeating: 7, count: 32)),
                    registrationRecord: SecretBytes(copying: [UInt8](repeating: 4, count: 65)))
            })
        let register = LocalAdministration.Register(authority: authority, store: store, operators: store)
        let renewals = RenewalDesk(authority, store: store, policy: renewal, clock: clock)
        parts.add(renewals)

        let server = SigningKey.make(.p256)
        let names: [SubjectName] = [.ip(try IPAddress("127.0.0.1"))]
        let issued =
            isImpostor
            ? try await authority.issue(
                IssuanceRequest(
                    profile: .service, name: "server", names: names, publicKey: server.publicKey, actor: "test"))
            : try await authority.issueForServer(server.publicKey, names: names, actor: "test")
        let trust = try ServerTrust(
            chain: issued.chain, key: server,
            anchors: [TrustAnchor(issued.anchor, for: try TrustDomain(domain))], revocation: RevocationSources(),
            revocationMode: .bestEffort(because: "the API looks each certificate up"))
        let listening = ServerLog()
        let http = try HTTPServer(
            host: "127.0.0.1", port: 0, trust: trust,
            routes: [
                APIRoutes(APIOperations.all, parts: parts, register: register),
                HealthRoutes { HealthReport(faults: [], certificateSeconds: 1) },
                MetricsRoutes(MetricsRegistry(), renewals: renewals, parts: parts, register: register),
                RenewalRoutes(renewals),
            ], limits: limits, observer: listening,
            group: MultiThreadedEventLoopGroup.singleton, clock: clock)
        let serving = Task { try await http.run() }
        let port = try await listening.port()
        return ServedAuthority(folder, store, authority, parts, register, renewals, port, http, listening, serving)
    }

    private init(
        _ folder: TemporaryFolder, _ store: AuthorityDatabase, _ authority: IssuingAuthority,
        _ parts: LocalAdministration.Parts, _ register: LocalAdministration.Register, _ renewals: RenewalDesk,
        _ port: Int, _ http: HTTPServer, _ observer: ServerLog, _ serving: Task<Void, any Error>
    ) {
        self.folder = folder
        self.store = store
        self.authority = authority
        self.parts = parts
        self.register = register
        self.renewals = renewals
        self.serving = serving
        self.http = http
        self.observer = observer
        address = ServerAddress(host: "127.0.0.1", port: port)
    }

    deinit { serving.cancel() }

    // MARK: Callers

    /// Somebody with a certificate of this authority, and a role when one is given.
    func person(
        _ name: String, profile: ProfileName = .person, _ role: Role? = nil, life: Duration? = nil
    ) async throws -> Person {
        let key = SigningKey.make(.p256)
        let issued = try await authority.issue(
            IssuanceRequest(profile: profile, name: name, publicKey: key.publicKey, life: life, actor: "test"))
        let person = Person(key: key, chain: issued.chain, identity: issued.identity.description)
        if let role {
            _ = try await keyholder.perform(PutOperator(identity: person.identity, role: role))
        }
        return person
    }

    var keyholder: LocalAdministration { LocalAdministration(parts, register: register, caller: .keyholder("test")) }

    /// In this process, with what the person would have proved.
    func local(_ person: Person) throws -> LocalAdministration {
        LocalAdministration(parts, register: register, caller: .peer(try proof(person), address: "127.0.0.1"))
    }

    func proof(_ person: Person) throws -> VerifiedPeer {
        try verifier(authority.root).verify(
            PresentedChain(der: person.chain.map(\.der)),
            expecting: Expectation(.client, revocation: .bestEffort(because: "looked up by the call")), at: Date())
    }

    /// Over a connection on which the person proves it.
    ///
    /// - Parameter anchor: whom the caller takes for the authority; the authority itself unless told.
    func remote(_ person: Person?, trusting anchor: Certificate? = nil) throws -> RemoteAdministration {
        RemoteAdministration(try client(person, trusting: anchor))
    }

    /// A connection on which the person, or nobody, is proved.
    func client(_ person: Person?, trusting anchor: Certificate? = nil) throws -> HTTPSClient {
        let identity = try person.map { try TLSIdentity(chain: $0.chain.map(\.der), pkcs8: $0.key.pkcs8()) }
        let proof = try HTTPSProof(
            identity: identity, trusting: verifier(anchor ?? authority.root),
            expecting: .authority(of: TrustDomain(Self.domain)))
        return HTTPSClient(to: address, proving: proof)
    }

    /// curl at this server, with the person's certificate; what it wrote, and its exit status. It is awaited on a thread of
    /// its own: the server answers on those that tests share.
    func curl(_ person: Person?, _ arguments: [String], _ target: String) async throws -> ProgramRun {
        let files = try TemporaryFolder()
        var options = ["-sS", "--max-time", "20", "--cacert", try files.write(authority.root.pem, to: "anchors.pem")]
        if let person {
            options += ["--cert", try files.write(person.chain.map(\.pem).joined(), to: "chain.pem")]
            options += ["--key", try files.write(Self.pem(of: person.key), to: "key.pem")]
        }
        let all = options + arguments + ["https://127.0.0.1:\(address.port)\(target)"]
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try run("/usr/bin/curl", all) })
                withExtendedLifetime(files) {}
            }
        }
    }

    private static func pem(of key: SigningKey) -> String {
        PEM.render(label: "PRIVATE KEY", unsafe key.pkcs8().withUnsafeBytes { unsafe Array($0) })
    }

    /// Judges clients by what is revoked now, as the command does whenever the store changes.
    func publishRevocations() async throws {
        let issuers = Set([authority.root, authority.issuing].compactMap { $0.publicKey?.fingerprint })
        let snapshot = try await RevocationMirror(store).current().snapshot(covering: issuers, at: Date())
        try http.replace(http.trust.believing(http.trust.anchors, RevocationSources(snapshot: snapshot)))
    }

    private func verifier(_ root: Certificate) throws -> Verifier {
        Verifier(anchors: [TrustAnchor(root, for: try TrustDomain(Self.domain))])
    }

    /// PEM of a request for a new key.
    static func request() throws -> String {
        try CertificateRequest.make(subject: .empty, names: [], key: .make(.p256)).pem
    }
}

/// What the server has told, and where it listens.
final class ServerLog: ServerObserver {
    private let ports = AsyncStream<Int>.makeStream()
    private let cuts = AsyncStream<String>.makeStream()
    private let told = Mutex<[ServerEvent]>([])

    var events: [ServerEvent] { told.withLock { $0 } }
    /// The limits that peers ran into.
    var limits: [String] {
        events.compactMap { if case .limited(_, _, let limit) = $0 { limit } else { nil } }
    }

    func server(_ event: ServerEvent) {
        told.withLock { $0.append(event) }
        switch event {
        case .listening(let address), .publishing(let address):
            if let port = address.split(separator: ":").last.flatMap({ Int($0) }) { ports.continuation.yield(port) }
        default: break
        }
        if case .cut(let peer, _) = event { cuts.continuation.yield(peer) }
    }

    /// Whose connection was cut next.
    func cut() async throws -> String {
        for await peer in cuts.stream { return peer }
        throw CancellationError()
    }

    func port() async throws -> Int {
        for await port in ports.stream { return port }
        throw CancellationError()
    }
}
