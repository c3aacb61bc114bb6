import Foundation
import NIOCore
import SymbolonAccessPolicy
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonProxy
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonTransport
import SymbolonVerification
import Testing

@Suite("A service that has to prove itself gets nothing before it has", .timeLimit(.minutes(5)))
struct BackendProofTests {
    /// A backend behind TLS, and the end in front of it.
    private struct Scene {
        let stage: Stage
        let origin: Origin
        let end: RunningEnd
        /// By anchors that are not those of its peers.
        let hasOwnAnchors: Bool
        let own: EndIdentity

        init(
            ownAnchors: Bool = false, stranger isStranger: Bool = false, revoked: Bool = false,
            alpn: [String] = ["http/1.1"], name: String = "spiffe://example.internal/books", showsIdentity: Bool = true,
            _ adjust: (inout CertificateSpec) -> Void = { _ in }
        ) async throws {
            let stage = try Stage()
            var leaf = stage.leaf("books")
            adjust(&leaf)
            var settings = TLSSettings()
            settings.alpn = alpn
            settings.clientCertificate = .optional
            let identity = isStranger ? try Scene.strangers(leaf) : try stage.tls(leaf)
            let context = try TLSContext(
                side: .server(acceptedServerNames: nil), identity: identity, settings: settings)
            let origin = try await Origin(behindTLS: context)
            (self.stage, self.origin, hasOwnAnchors) = (stage, origin, ownAnchors)
            let own = try stage.identity("web")
            self.own = own
            end = try await stage.protect(
                origin.endpoint,
                trust: try Scene.trust(
                    stage, ownAnchors: ownAnchors, as: own, revoked: revoked ? ["books"] : [])
            ) { $0.http = Scene.service(name, showsIdentity) }
        }

        static func service(_ name: String, _ showsIdentity: Bool = true) -> HTTPService {
            var service = HTTPService()
            service.backendTLS = (try? ReferenceName(name)).flatMap { HTTPService.BackendTLS(names: [$0]) }
            service.backendTLS?.showsIdentity = showsIdentity
            return service
        }

        static func strangers(_ leaf: CertificateSpec) throws -> TLSIdentity {
            var other = TestPKI.goodChain()
            other.root.subject = TestPKI.name("Stranger Root")
            other.root.use(TestKeys.key("stranger root"))
            return try TLSIdentity(
                chain: [leaf.der(signedBy: other.issuing), other.issuingDER], pkcs8: leaf.key.pkcs8())
        }

        static func trust(
            _ stage: Stage, ownAnchors: Bool, as own: EndIdentity, revoked: [String], epoch: UInt64 = 1
        ) throws -> TrustState {
            let alice = Policy(allowing: [try IdentityPattern("alice", defaultDomain: stage.domain)])
            let known =
                revoked.isEmpty ? try stage.revocation(epoch: epoch) : try stage.revocation(revoked[0], epoch: epoch)
            let others = BackendTrust(
                anchors: [stage.strangersAnchor], revocationMode: .bestEffort(because: "its root says nothing"))
            return try TrustState(
                identity: own, anchors: [stage.anchor],
                admission: .clients(CompiledPolicy(alice)), revocation: RevocationSources(snapshot: known),
                backend: ownAnchors ? others : nil)
        }

        func client(alpn: [String] = ["http/1.1"]) async throws -> Peer {
            var settings = TLSSettings()
            settings.alpn = alpn
            return try await tlsClient(
                end.port, try stage.tls("alice"), serverName: HTTPStage.host, settings: settings)
        }

        func status(_ target: String = "/private") async throws -> String {
            let client = try await client()
            client.send(last("GET \(target)"))
            let text = String(decoding: await client.inputEnded().bytes, as: UTF8.self)
            client.close()
            return text.status
        }

        func revoke(_ name: String) async throws {
            try end.replace(try Scene.trust(stage, ownAnchors: hasOwnAnchors, as: own, revoked: [name], epoch: 2))
            await end.settled()
        }

        func stop() async throws {
            await end.stop(within: .zero)
            try await origin.stop()
        }
    }

    @Test(
        "T11: a service that proves its name is asked, by the peers' anchors or its own, and this end proves itself to it",
        arguments: [false, true], [["http/1.1"], ["h2", "http/1.1"]])
    func honest(ownAnchors: Bool, alpn: [String]) async throws {
        let scene = try await Scene(ownAnchors: ownAnchors, stranger: ownAnchors, alpn: alpn)
        #expect(try await scene.status() == "200")
        let got = try #require(scene.origin.got.value.first)
        #expect(got.target == "/private" && got.values("client-cert").count == 1)
        #expect(scene.origin.shown.value == [2])
        try await scene.stop()
    }

    @Test("an end that is to show nothing shows nothing, and its service is proved all the same")
    func anonymous() async throws {
        let scene = try await Scene(showsIdentity: false)
        #expect(try await scene.status() == "200")
        #expect(scene.origin.shown.value == [0])
        try await scene.stop()
    }

    @Test(
        "T11: one that does not gets no octet of a request, and the log says why", arguments: 0..<7, [false, true])
    func impostors(_ kind: Int, ownAnchors own: Bool) async throws {
        let scene =
            switch kind {
            case 0: try await Scene(ownAnchors: own, stranger: own) { $0.names = [.uri("spiffe://example.internal/x")] }
            case 1: try await Scene(ownAnchors: own, stranger: own) { $0.notAfter = noon - 1 }
            case 2:
                try await Scene(ownAnchors: own, stranger: own) { $0.extendedKeyUsage = ExtendedKeyUsage(.clientAuth) }
            // Of the other authority: peers' anchors vouch for no backend that has its own, and the other way round.
            case 3: try await Scene(ownAnchors: own, stranger: !own)
            case 4: try await Scene(ownAnchors: own, stranger: own, revoked: true)
            case 5: try await Scene(ownAnchors: own, stranger: own, alpn: ["h2"], name: "dns:other.example.internal")
            default: try await Scene(ownAnchors: own, stranger: own)
            }
        if kind == 6 {
            // Plain HTTP is no proof at all.
            let plain = try await Origin()
            let trust = try Scene.trust(scene.stage, ownAnchors: own, as: scene.own, revoked: [])
            let other = try await scene.stage.protect(plain.endpoint, trust: trust) {
                $0.http = Scene.service("spiffe://example.internal/books")
            }
            var settings = TLSSettings()
            settings.alpn = ["http/1.1"]
            let client = try await tlsClient(
                other.port, try scene.stage.tls("alice"), serverName: HTTPStage.host, settings: settings)
            client.send(last("GET /private"))
            #expect(String(decoding: await client.inputEnded().bytes, as: UTF8.self).status == "502")
            #expect(plain.got.value.isEmpty)
            await other.stop(within: .zero)
            try await plain.stop()
        } else {
            #expect(try await scene.status() == "502")
            #expect(scene.origin.got.value.isEmpty)
        }
        let refused = try #require(scene.stage.log.requests.first)
        #expect(refused.reason == "backendBroken" && refused.explanation?.isEmpty == false)
        try await scene.stop()
    }

    @Test("HTTP/2 inside TLS carries the requests of one peer together, and a WebSocket goes by HTTP/1.1")
    func shared() async throws {
        let scene = try await Scene(alpn: ["h2", "http/1.1"])
        let client = try await scene.client()
        for number in 1...3 {
            client.send("GET /\(number) HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n")
            _ = await scene.origin.got(number)
        }
        #expect(Set(scene.origin.got.value.map(\.connection)).count == 1)
        let socket = try await scene.client()
        socket.send(WebSocketTests.asked + "early")
        let seen = await socket.board.wait { String(decoding: $0.bytes, as: UTF8.self).hasSuffix("early") }
        #expect(String(decoding: seen.bytes, as: UTF8.self).hasPrefix("HTTP/1.1 101"))
        client.close()
        socket.close()
        try await scene.stop()
    }

    @Test(
        "a service whose proof is over is asked no more at once, and what it was answering is cut",
        arguments: [["http/1.1"], ["h2"]])
    func revokedMeanwhile(alpn: [String]) async throws {
        let scene = try await Scene(alpn: alpn)
        let (idle, waiting) = (try await scene.client(), try await scene.client())
        idle.send("GET /first HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n")
        waiting.send("GET /silent HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n")
        _ = await scene.origin.got(2)
        _ = await idle.board.wait { String(decoding: $0.bytes, as: UTF8.self).contains("GET /first") }
        // What is revoked beside it changes nothing.
        try await scene.revoke("others")
        #expect(waiting.board.value.bytes.isEmpty)
        idle.send("GET /second HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n")
        let got = await scene.origin.got(3)
        #expect(got.last?.connection == got.first { $0.target == "/first" }?.connection)

        try scene.end.replace(
            try Scene.trust(scene.stage, ownAnchors: false, as: scene.own, revoked: ["books"], epoch: 3))
        await scene.end.settled()
        let cut = await waiting.board.wait { !$0.bytes.isEmpty || $0.isClosed }
        #expect(String(decoding: cut.bytes, as: UTF8.self).status == "502")
        idle.send(last("GET /third"))
        let text = String(decoding: await idle.inputEnded().bytes, as: UTF8.self)
        #expect(text.contains("HTTP/1.1 502"))
        #expect(scene.origin.got.value.count == 3)
        #expect(scene.stage.log.requests.allSatisfy { $0.reason == "backendBroken" })
        waiting.close()
        try await scene.stop()
    }

    @Test("a proof of the service that ends by its date ends what rests on it", arguments: [["http/1.1"], ["h2"]])
    func endsByItsDate(alpn: [String]) async throws {
        let scene = try await Scene(alpn: alpn) { $0.notAfter = noon + 600 }
        let waiting = try await scene.client()
        waiting.send("GET /silent HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n")
        _ = await scene.origin.got(1)
        scene.stage.pass(602)
        let cut = await waiting.board.wait { !$0.bytes.isEmpty || $0.isClosed }
        #expect(String(decoding: cut.bytes, as: UTF8.self).status == "502")
        #expect(try await scene.status() == "502")
        waiting.close()
        try await scene.stop()
    }

    @Test(
        "an end that proves itself as somebody else asks its service on new connections",
        arguments: [["http/1.1"], ["h2"]])
    func replacedIdentity(alpn: [String]) async throws {
        let scene = try await Scene(alpn: alpn)
        let client = try await scene.client()
        client.send("GET /first HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n")
        _ = await client.board.wait { String(decoding: $0.bytes, as: UTF8.self).contains("GET /first") }
        try scene.end.replace(
            try Scene.trust(
                scene.stage, ownAnchors: false, as: try scene.stage.identity("ledger"), revoked: [], epoch: 2))
        await scene.end.settled()
        client.send("GET /second HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n")
        let got = await scene.origin.got(2)
        #expect(got[0].connection != got[1].connection)
        client.close()
        try await scene.stop()
    }
}
