import Foundation
import NIOPosix
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonStorage
import SymbolonTestSupport
import Testing

@testable import SymbolonHTTPServices

/// An authority whose lists are served on loopback, asked by curl.
final class PublicHouse: Sendable {
    let store: AuthorityDatabase
    let authority: IssuingAuthority
    let publisher: ListPublisher
    let responder: Responder
    let registry = MetricsRegistry()
    let port: Int
    let clock: ManualClock
    private let folder: TemporaryFolder
    private let serving: Task<Void, any Error>

    init(limits: ServerLimits = ServerLimits()) async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let store = try AuthorityDatabase.create(at: folder.file("authority.sqlite"))
        let creation = AuthorityCreation(try AuthorityConfiguration(trustDomain: TrustDomain("example.internal")))
        _ = try await creation.run(in: store, actor: "test", at: clock.now)
        authority = try await IssuingAuthority.open(
            store, keys: AuthorityKeys(issuing: creation.issuingKey, audit: creation.auditKey), clock: { clock.now })
        _ = try await authority.publish(at: PublicationAddress("http://pki.example"), actor: "test")
        publisher = ListPublisher(authority, store: store)
        let responder = try #require(Responder(authority, store: store))
        try await responder.follow()
        self.responder = responder
        let log = ServerLog()
        let server = PublicServer(
            host: "127.0.0.1", port: 0, lists: PublicationCatalog(lists: store, age: .zero),
            filters: PublicationCatalog(filters: store, age: .zero), responder: responder,
            answers: AnswerMeasures(in: registry),
            limits: limits,
            observer: log, group: MultiThreadedEventLoopGroup.singleton, clock: { clock.now })
        serving = Task { try await server.run() }
        port = try await log.port()
        (self.store, self.clock, self.folder) = (store, clock, folder)
    }

    deinit { serving.cancel() }

    func stop() { serving.cancel() }

    func path(_ scope: ListScope, _ kind: ListStanding.Kind = .complete) -> String {
        ListPath.path(of: authority.key, scope, kind)
    }

    /// On a thread of its own: the server needs those of the tests.
    func curl(_ options: [String], _ path: String) async throws -> ProgramRun {
        let url = "http://127.0.0.1:\(port)\(path)"
        return try await Socket.waiting {
            try run("/usr/bin/curl", ["--silent", "--show-error", "--max-time", "20"] + options + [url])
        }
    }

    func code(_ path: String, _ options: [String] = []) async throws -> String {
        try await curl(options + ["-o", "/dev/null", "-w", "%{http_code}"], path).out
    }
}

@Suite("Lists over plain HTTP: for everybody, for caches, and nothing else")
struct PublicServerTests {
    @Test("each list is served as it was published, of its type, with what a cache needs")
    func served() async throws {
        let house = try await PublicHouse()
        #expect(try await house.code(house.path(.whole)) == "404")
        for _ in 0..<2 { _ = try await house.publisher.publishWhatIsDue() }
        for scope in [ListScope.whole, .shard(0), .shard(63)] {
            for kind in ListStanding.Kind.allCases {
                let list = try #require(try await house.store.list(of: house.authority.key, scope, kind))
                #expect(try await house.curl(["-f"], house.path(scope, kind)).outBytes == list.der)
            }
        }
        let list = try #require(try await house.store.list(of: house.authority.key, .whole, .complete)).standing
        let head = try await house.curl(["-I", "-f"], house.path(.whole)).out.lowercased()
        let length = try #require(try await house.store.list(of: house.authority.key, .whole, .complete)).der.count
        for field in [
            "content-type: application/pkix-crl", "content-length: \(length)", "etag: \"\(list.number)\"",
            "cache-control: public, max-age=60, no-transform, must-revalidate",
            "last-modified: mon, 01 jun 2026 12:00:00 gmt",
            "expires: tue, 02 jun 2026 12:00:00 gmt",
        ] { #expect(head.contains(field), "\(field) in \(head)") }
        // RFC 9110 §13.1.2: who has it is told so, without it.
        let known = try await house.curl(
            ["-H", "If-None-Match: W/\"1\", \"\(list.number)\"", "-w", "%{http_code} %{size_download}"],
            house.path(.whole))
        #expect(known.out == "304 0")
        #expect(try await house.code(house.path(.whole), ["-H", "If-None-Match: \"1\""]) == "200")
        // Nothing is said to be fresh for longer than it is.
        house.clock.set(list.nextUpdate - 5)
        #expect(try await house.curl(["-I"], house.path(.whole)).out.lowercased().contains("max-age=5,"))
    }

    @Test("the filters are served as they were published, and one brought up to date says what a list says")
    func filters() async throws {
        let house = try await PublicHouse()
        let publisher = FilterPublisher(house.authority, store: house.store)
        func path(_ kind: FilterStanding.Kind) -> String { FilterPath.path(of: house.authority.key, kind) }
        #expect(try await house.code(path(.complete)) == "404")
        let issued = try await house.authority.issue(
            IssuanceRequest(
                profile: .client, name: "laptop", names: [], publicKey: SigningKey.make(.p256).publicKey, actor: "test")
        )
        house.clock.advance(by: 600)
        #expect(try await publisher.publishWhatIsDue(changedAt: house.store.changeCounter())?.kind == .complete)
        _ = try await house.authority.revoke(issued.serialNumber, reason: .superseded, actor: "test")
        house.clock.advance(by: 1)
        #expect(try await publisher.publishWhatIsDue(changedAt: house.store.changeCounter())?.kind == .update)
        var served: [RevocationFilter] = []
        for kind in FilterStanding.Kind.allCases {
            served.append(try RevocationFilter(der: try await house.curl(["-f"], path(kind)).outBytes))
        }
        let status = RevocationSources(filters: served).status(
            of: issued.certificate,
            under: IssuerPath(authorities: [house.authority.issuing, house.authority.root]), at: house.clock.now)
        #expect(status == .revoked(.unspecified, since: house.clock.now))
        #expect(try await house.code("/filter/00/complete.filter") == "404")
        let head = try await house.curl(["-I", "-f"], path(.update)).out.lowercased()
        #expect(head.contains("content-type: application/octet-stream"))
    }

    @Test("a new list is served as soon as it is published, and the old one never again")
    func renewed() async throws {
        let house = try await PublicHouse()
        for _ in 0..<2 { _ = try await house.publisher.publishWhatIsDue() }
        let issued = try await house.authority.issue(
            IssuanceRequest(
                profile: .client, name: "laptop", names: [], publicKey: SigningKey.make(.p256).publicKey, actor: "test")
        )
        let path = house.path(.shard(of: issued.serialNumber))
        func isRevoked() async throws -> Bool {
            try await CertificateList(der: house.curl(["-f"], path).outBytes)
                .revocation(of: issued.serialNumber, from: house.authority.issuing.subject) != nil
        }
        #expect(try await !isRevoked())
        _ = try await house.authority.revoke(issued.serialNumber, reason: .superseded, actor: "test")
        #expect(try await house.publisher.publishWhatIsDue().count == 4)
        #expect(try await isRevoked())
    }

    @Test(
        "there is nothing else here",
        arguments: [
            "/", "/crl", "/crl/", "/health", "/metrics", "/api/v1/self", "/acme/directory", "/crl/00/all.crl",
            "/crl/../crl/all.crl", "/crl/%2e%2e/all.crl", "/CRL/x/all.crl",
        ])
    func nothingElse(_ path: String) async throws {
        let house = try await PublicHouse()
        for _ in 0..<2 { _ = try await house.publisher.publishWhatIsDue() }
        #expect(try await ["400", "404"].contains(house.code(path, ["--path-as-is"])), "\(path)")
        // The twin.
        #expect(try await house.code(house.path(.whole)) == "200")
        let changed = house.path(.whole).replacingOccurrences(of: "all", with: "ALL")
        #expect(try await house.code(changed) == "404")
        for method in ["POST", "PUT", "DELETE"] {
            #expect(try await ["404", "405"].contains(house.code(house.path(.whole), ["-X", method])), "\(method)")
        }
    }

    @Test("what one address may ask is bounded")
    func limits() async throws {
        var limits = ServerLimits()
        (limits.requestsPerSecond, limits.burst) = (0.001, 3)
        let house = try await PublicHouse(limits: limits)
        _ = try await house.publisher.publishWhatIsDue()
        var codes: [String] = []
        for _ in 0..<5 { codes.append(try await house.code(house.path(.whole))) }
        #expect(codes == ["200", "200", "200", "429", "429"])
    }
}
