import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonRevocation
import Testing

@testable import SymbolonHTTPServices
@testable import SymbolonTransport

@Suite("A14: metrics are for programs of the authority's machine, and for operators")
struct MetricsAccessTests {
    /// What `/metrics` answers a peer at this address that proved this.
    private func status(
        _ served: ServedAuthority, from address: String?, proving person: ServedAuthority.Person? = nil
    ) async throws -> Int {
        let router = Router(context: AuthorityRequestContext.self)
        MetricsRoutes(
            MetricsRegistry(), renewals: served.renewals, parts: served.parts, register: served.register
        ).add(to: router)
        let channel = NIOAsyncTestingChannel()
        channel.remoteAddress = try address.map { try SocketAddress(ipAddress: $0, port: 40_000) }
        let verified: any Sendable = try person.map { try served.proof($0) } ?? true
        let session = SessionFacts(
            version: .tls13, cipher: "TLS_AES_128_GCM_SHA256", group: "X25519", peerSignatureAlgorithm: "none",
            serverName: nil, alpn: "h2", verified: verified)
        return try await PeerConnection.$current.withValue(PeerConnection(channel, session)) {
            let context = AuthorityRequestContext(
                source: ApplicationRequestContextSource(channel: channel, logger: Logger(label: "test")))
            let head = HTTPRequest(method: .get, scheme: "https", authority: "a", path: "/metrics")
            let answer = try await router.buildResponder().respond(
                to: Request(head: head, body: RequestBody(buffer: ByteBuffer())), context: context)
            return answer.status.code
        }
    }

    @Test(
        "nobody elsewhere reads them, whatever the address looks like",
        arguments: [
            "192.0.2.7", "10.0.0.1", "128.0.0.1", "12.7.0.0", "0.0.0.0", "2001:db8::1", "fe80::1", "::2", "127::1",
            "::ffff:10.0.0.1", "::127.0.0.1",
        ])
    func elsewhere(_ address: String) async throws {
        let served = try await ServedAuthority.start()
        #expect(try await status(served, from: address) == 401)
        let holder = try await served.person("laptop", profile: .client)
        #expect(try await status(served, from: address, proving: holder) == 403)
        let viewer = try await served.person("alice", .viewer)
        #expect(try await status(served, from: address, proving: viewer) == 200)
        _ = try await served.authority.revoke(viewer.chain[0].serialNumber, reason: .superseded, actor: "test")
        #expect(try await status(served, from: address, proving: viewer) == 403)
    }

    @Test("programs of this machine do", arguments: ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"])
    func here(_ address: String) async throws {
        #expect(try await status(try await ServedAuthority.start(), from: address) == 200)
    }

    @Test("whose address is not known is elsewhere")
    func unknown() async throws {
        #expect(try await status(try await ServedAuthority.start(), from: nil) == 401)
    }

    @Test(
        "no other page tells a stranger anything: a scan of what others leave open",
        arguments: [
            "/", "/debug/pprof/", "/debug/vars", "/actuator", "/actuator/env", "/admin", "/admin/", "/console", "/api",
            "/api/v1", "/api/v1/", "/config", "/status", "/server-status", "/nginx_status", "/stats", "/env", "/info",
            "/healthz", "/version", "/.env", "/.git/config", "/swagger.json", "/openapi.json", "/metrics.json",
        ])
    func scan(_ path: String) async throws {
        let served = try await ServedAuthority.start()
        #expect([400, 404].contains(try await served.client(nil).send(.init(.get, path)).status))
        #expect(try await served.client(nil).send(.init(.get, "/health")).status == 200)
    }
}
