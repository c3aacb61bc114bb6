import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonClients
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonTransport
import Testing

@testable import SymbolonHTTPServices

@Suite("What a connection to the authority proved, for as long as it holds")
struct LiveProofTests {
    @Test("a revoked operator's connection is cut; another's lives on")
    func revoked() async throws {
        let served = try await ServedAuthority.start()
        let (alice, bob) = (try await served.person("alice", .operator), try await served.person("bob", .operator))
        let (hers, his) = (try served.client(alice), try served.client(bob))
        for client in [hers, his] { #expect(try await client.send(.init(.get, "/api/v1/self")).status == 200) }
        #expect(served.http.connectionCount == 2)
        _ = try await served.authority.revoke(
            alice.chain[0].serialNumber, reason: .keyCompromise, actor: "test")
        try await served.publishRevocations()
        #expect(
            served.observer.events.contains { if case .cut(let peer, _) = $0 { peer == alice.identity } else { false } }
        )
        // The connection is gone, and the next handshake is refused.
        await #expect(throws: HTTPSFailure.self) { try await hers.send(.init(.get, "/health")) }
        #expect(try await his.send(.init(.get, "/api/v1/self")).status == 200)
    }

    @Test(
        "an operator's connection ends with the certificate that proved it; another's lives on", .timeLimit(.minutes(1))
    )
    func lapsed() async throws {
        let clock = ManualClock(Date())
        let served = try await ServedAuthority.start(clock: { clock.now })
        let alice = try await served.person("alice", .operator, life: .seconds(600))
        let bob = try await served.person("bob", .operator)
        let (hers, his) = (try served.client(alice), try served.client(bob))
        for client in [hers, his] { #expect(try await client.send(.init(.get, "/api/v1/self")).status == 200) }
        clock.set(alice.chain[0].notAfter)
        #expect(try await hers.send(.init(.get, "/api/v1/self")).status == 200)
        clock.advance(by: 1)
        #expect(try await served.observer.cut() == alice.identity)
        // The connection is gone, and the next handshake is refused.
        await #expect(throws: HTTPSFailure.self) { try await hers.send(.init(.get, "/health")) }
        #expect(try await his.send(.init(.get, "/api/v1/self")).status == 200)
    }

    @Test("the server's certificate is replaced under load: no request fails, and new connections see the new one")
    func replaced() async throws {
        let served = try await ServedAuthority.start()
        let alice = try await served.person("alice", .viewer)
        let old = served.http.trust.leaf
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    let kept = try served.client(alice)
                    for _ in 0..<15 {
                        #expect(try await kept.send(.init(.get, "/health")).status == 200)
                        if worker > 1 {
                            #expect(try await served.client(alice).send(.init(.get, "/health")).status == 200)
                        }
                    }
                }
            }
            for _ in 0..<5 {
                let key = SigningKey.make(.p256)
                let issued = try await served.authority.issueForServer(
                    key.publicKey, names: [.ip(try IPAddress("127.0.0.1"))], actor: "test")
                try served.http.replace(
                    ServerTrust(
                        chain: issued.chain, key: key, anchors: served.http.trust.anchors,
                        revocation: served.http.trust.revocation, revocationMode: served.http.trust.revocationMode))
            }
            try await group.waitForAll()
        }
        #expect(served.http.trust.leaf.serialNumber != old.serialNumber)
        let shown = try await served.curl(nil, ["-v", "-o", "/dev/null"], "/health").err
        #expect(shown.contains("HTTP/2 200") || shown.contains("200"))
    }

    @Test("E19: a connection's proof is its own: a request that names, or carries, another's changes nothing")
    func anotherProof() async throws {
        let served = try await ServedAuthority.start()
        let bob = try await served.person("bob", .viewer)
        let root = try await served.person("root", .administrator)
        let fields = [
            HTTPSField("X-Client-Cert", root.chain[0].pem.filter { $0 != "\n" }),
            HTTPSField("X-Forwarded-Client-Cert", "By=a;URI=\(root.identity)"),
            HTTPSField("Authorization", "Bearer root"),
            HTTPSField("Client-Cert", ":\(Data(root.chain[0].der).base64EncodedString()):"),
        ]
        let answer = try await served.client(bob).send(.init(.get, "/api/v1/self", fields: fields))
        #expect(String(decoding: answer.body, as: UTF8.self).contains(bob.identity))
        #expect(try await served.client(nil).send(.init(.get, "/api/v1/self", fields: fields)).status == 401)
        // Two people over two connections at once are two.
        let both = [try served.client(bob), try served.client(root)]
        for _ in 0..<5 {
            async let first = both[0].send(.init(.get, "/api/v1/self"))
            async let second = both[1].send(.init(.get, "/api/v1/self"))
            #expect(String(decoding: try await first.body, as: UTF8.self).contains(bob.identity))
            #expect(String(decoding: try await second.body, as: UTF8.self).contains(root.identity))
        }
    }

    @Test("the name of the authority's own server is nobody else's")
    func serverName() async throws {
        let served = try await ServedAuthority.start()
        let own = try await served.authority.issueForServer(
            SigningKey.make(.p256).publicKey, names: [], actor: "test")
        #expect(own.identity.description == "spiffe://example.internal/authority/server")
        let root = try await served.person("root", .administrator)
        for name in ["authority/server", "Authority/server", "authority"] {
            let failure = await #expect(throws: AdministrationFailure.self) {
                try await served.remote(root).perform(
                    IssueCertificate(name: name, profile: "service", request: ServedAuthority.request()))
            }
            #expect(failure?.kind == .refused)
        }
    }

    @Test("an operator does not become an administrator by certifying an administrator's name")
    func noEscalation() async throws {
        let served = try await ServedAuthority.start()
        _ = try await served.person("root", .administrator)
        let alice = try await served.person("alice", .operator)
        func issue(_ name: String) throws -> IssueCertificate {
            IssueCertificate(name: name, profile: "person", request: try ServedAuthority.request())
        }
        let asked = try served.remote(alice)
        _ = try await asked.perform(issue("carol"))
        _ = try await asked.perform(issue("alice"))
        let failure = await #expect(throws: AdministrationFailure.self) { try await asked.perform(issue("root")) }
        #expect(failure?.kind == .forbidden)
    }
}
