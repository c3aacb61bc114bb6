import Foundation
import NIOCore
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonProxy
import SymbolonTestSupport
import SymbolonTransport
import SymbolonVerification
import Testing

@Suite("A service that has to prove itself gets nothing before it has", .timeLimit(.minutes(5)))
struct BackendProofTests {
    /// A backend behind TLS, which answers the first request that comes, and the end in front of it.
    private func stage(
        _ adjust: (inout CertificateSpec) -> Void = { _ in }, stranger: Bool = false, isRevoked: Bool = false
    ) async throws -> (Stage, Backend, RunningEnd) {
        let stage = try Stage()
        var leaf = stage.leaf("books")
        adjust(&leaf)
        var settings = TLSSettings()
        settings.alpn = ["http/1.1"]
        let identity = stranger ? try Self.strangers(leaf) : try stage.tls(leaf)
        let context = try TLSContext(side: .server(acceptedServerNames: nil), identity: identity, settings: settings)
        let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8)
        let backend = try await Backend(.flood(answer), behindTLS: context)
        var service = HTTPService()
        service.backendNames = [try ReferenceName("spiffe://example.internal/books")]
        let trust = try stage.serviceTrust(
            revocation: isRevoked ? try stage.revocation("books") : try stage.revocation())
        let end = try await stage.protect(backend.endpoint, trust: trust) { [service] in $0.http = service }
        return (stage, backend, end)
    }

    private static func strangers(_ leaf: CertificateSpec) throws -> TLSIdentity {
        var other = TestPKI.goodChain()
        other.root.subject = TestPKI.name("Stranger Root")
        other.root.use(TestKeys.key("stranger root"))
        return try TLSIdentity(
            chain: [leaf.der(signedBy: other.issuing), other.issuingDER], pkcs8: leaf.key.pkcs8())
    }

    private func status(_ stage: Stage, _ end: RunningEnd) async throws -> String {
        var settings = TLSSettings()
        settings.alpn = ["http/1.1"]
        let client = try await tlsClient(
            end.port, try stage.tls("alice"), serverName: HTTPStage.host, settings: settings)
        client.send(last("GET /private"))
        let text = String(decoding: await client.inputEnded().bytes, as: UTF8.self)
        client.close()
        return text.status
    }

    @Test("T11: a service that proves its name is asked, and this end proves itself to it")
    func honest() async throws {
        let (stage, backend, end) = try await stage()
        #expect(try await status(stage, end) == "200")
        #expect(
            String(decoding: await backend.peer().board.value.bytes, as: UTF8.self).hasPrefix("GET /private HTTP/1.1"))
        await end.stop(within: .zero)
    }

    @Test("T11: one that does not gets no octet of a request, and the log says why", arguments: 0..<6)
    func impostors(_ kind: Int) async throws {
        let (stage, backend, end) =
            switch kind {
            case 0: try await stage { $0.names = [.uri("spiffe://example.internal/other")] }
            case 1: try await stage { $0.notAfter = noon - 1 }
            case 2: try await stage { $0.extendedKeyUsage = ExtendedKeyUsage(.clientAuth) }
            case 3: try await stage(stranger: true)
            case 4: try await stage(isRevoked: true)
            default: try await stage()
            }
        // Plain HTTP is no proof at all.
        if kind == 5 {
            let plain = try await Origin()
            var service = HTTPService()
            service.backendNames = [try ReferenceName("spiffe://example.internal/books")]
            let other = try await stage.protect(plain.endpoint) { [service] in $0.http = service }
            #expect(try await status(stage, other) == "502")
            #expect(plain.got.value.isEmpty)
            await other.stop(within: .zero)
        } else {
            #expect(try await status(stage, end) == "502")
            #expect(backend.bytes == 0)
        }
        let refused = try #require(stage.log.requests.first)
        #expect(refused.reason == "backendBroken" && refused.explanation?.isEmpty == false)
        await end.stop(within: .zero)
    }
}
