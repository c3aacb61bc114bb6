import Foundation
import NIOCore
import NIOPosix
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
import Testing

/// An authority that is served on loopback and pairs.
final class PairingHouse: Sendable {
    let store: AuthorityDatabase
    let authority: IssuingAuthority
    let clock: ManualClock
    let administration: LocalAdministration
    let address: ServerAddress
    private let folder: TemporaryFolder
    private let invitations: WatchedInvitations
    private let serving: Task<Void, any Error>

    static func start(domain: String = "example.internal") async throws -> PairingHouse {
        let folder = try TemporaryFolder()
        let clock = ManualClock(Date())
        let store = try AuthorityDatabase.create(at: folder.file("authority.sqlite"))
        let creation = AuthorityCreation(try AuthorityConfiguration(trustDomain: TrustDomain(domain)))
        _ = try await creation.run(in: store, actor: "test", at: clock.now)
        let authority = try await IssuingAuthority.open(
            store, keys: AuthorityKeys(issuing: creation.issuingKey, audit: creation.auditKey), clock: { clock.now })
        let federation = FederationDesk(authority: authority, store: store)
        let invitations = WatchedInvitations(store)
        var parts = LocalAdministration.Parts()
        parts.add(federation)
        parts.add(OperatorDesk(authority: authority, operators: store))
        parts.add(
            InvitationDesk(authority: authority, store: store, operators: store) { words, number in
                try? PairingRegistration(words: words, number: number).record
            })
        let register = LocalAdministration.Register(authority: authority, store: store, operators: store)
        let key = SigningKey.make(.p256)
        let issued = try await authority.issue(
            IssuanceRequest(
                profile: .service, name: "server", names: [.ip(try IPAddress("127.0.0.1"))], publicKey: key.publicKey,
                actor: "test"))
        var configuration = ACMEConfiguration()
        configuration.requiresExternalAccount = true
        let acme = ACMEServer(
            configuration, authority: authority, certificates: store, store: store, validation: EveryChallengeMet(),
            caa: NoCAACheck(), clock: { clock.now })
        let listening = Port()
        let server = try HTTPServer(
            host: "127.0.0.1", port: 0,
            trust: ServerTrust(
                chain: issued.chain, key: key, anchors: [TrustAnchor(issued.anchor, for: try TrustDomain(domain))],
                revocation: RevocationSources(), revocationMode: .bestEffort(because: "a test of pairing")),
            routes: [
                PairingRoutes(PairingDesk(authority: authority, store: store, federation: federation)),
                APIRoutes(APIOperations.all, parts: parts, register: register), ACMERoutes(acme),
            ],
            gate: InvitationGate(PairingGuard(authority: authority, store: invitations)), observer: listening,
            group: MultiThreadedEventLoopGroup.singleton)
        let serving = Task { try await server.run() }
        return PairingHouse(
            folder, store, authority, clock, LocalAdministration(parts, register: register, caller: .keyholder("test")),
            ServerAddress(host: "127.0.0.1", port: try await listening.port()), invitations, serving)
    }

    private init(
        _ folder: TemporaryFolder, _ store: AuthorityDatabase, _ authority: IssuingAuthority, _ clock: ManualClock,
        _ administration: LocalAdministration, _ address: ServerAddress, _ invitations: WatchedInvitations,
        _ serving: Task<Void, any Error>
    ) {
        self.folder = folder
        self.store = store
        self.authority = authority
        self.clock = clock
        self.administration = administration
        self.address = address
        self.invitations = invitations
        self.serving = serving
    }

    deinit { serving.cancel() }

    func invite(_ name: String = "laptop", profile: String? = nil) async throws -> InvitationCode {
        let answer = try await administration.perform(MakeInvitation(name: name, profile: profile))
        return try InvitationCode(answer.code)
    }

    func connect(_ code: InvitationCode) async throws -> PairingClient {
        try await PairingClient.connect(to: address, with: code)
    }

    static func request(_ key: SigningKey) throws -> PairingRequest {
        PairingRequest(request: try CertificateRequest.make(subject: .empty, names: [], key: key).pem)
    }

    /// The kinds of entries about invitations and federations, in order.
    func kinds() async throws -> [AuditEventKind] {
        try await store.auditEntries(from: 1, limit: 10_000).map { try AuditEntry($0).event.kind }
            .filter { $0.rawValue.hasPrefix("invitation.") || $0.rawValue.hasPrefix("federation.") }
    }

    /// Waits for what is written down after a handshake, for which nobody waits.
    func kinds(until wanted: [AuditEventKind]) async throws -> [AuditEventKind] {
        try await afterChanges {
            try await self.kinds()
        } until: {
            $0.count >= wanted.count
        }
    }

    /// What is found once it is enough: looked for now, and after each change that a handshake has made.
    func afterChanges<Found: Sendable>(
        _ look: () async throws -> Found, until isEnough: (Found) -> Bool
    ) async throws -> Found {
        var found = try await look()
        while !isEnough(found) {
            guard await invitations.changed() else { break }
            found = try await look()
        }
        return found
    }

    /// Certificates issued beside the server's.
    func issued() async throws -> [IssuanceRecord] {
        try await store.certificates(matching: CertificateQuery()).filter { !$0.intent.identity.hasSuffix("/server") }
    }
}

/// Waits for the server to say where it listens.
private final class Port: ServerObserver {
    private let ports = AsyncStream<Int>.makeStream()

    func server(_ event: ServerEvent) {
        if case .listening(let address) = event, let port = address.split(separator: ":").last.flatMap({ Int($0) }) {
            ports.continuation.yield(port)
        }
    }

    func port() async throws -> Int {
        for await port in ports.stream { return port }
        throw CancellationError()
    }
}

/// A store of invitations that tells of each change that it has stored.
private final class WatchedInvitations: InvitationStore {
    private let store: AuthorityDatabase
    private let changes = AsyncStream<Void>.makeStream()

    init(_ store: AuthorityDatabase) { self.store = store }

    /// Waits for a change; false when none can come any more.
    func changed() async -> Bool {
        for await _ in changes.stream { return true }
        return false
    }

    func put(_ invitation: Invitation, audit: [AuditAppend]) async throws(StoreFailure) -> Bool {
        let isStored = try await store.put(invitation, audit: audit)
        changes.continuation.yield()
        return isStored
    }

    func invitation(_ number: Int) async throws(StoreFailure) -> Invitation? { try await store.invitation(number) }
    func invitations() async throws(StoreFailure) -> [Invitation] { try await store.invitations() }
}
