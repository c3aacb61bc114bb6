import Foundation
import NIOCore
import SymbolonKeys
import SymbolonProxy
import SymbolonTestSupport
import SymbolonTransport
import Testing

/// What an end makes of a refusal: one event, one count, one alert. Tests/EndToEnd/Impostors has every kind of impostor.
@Suite("An impostor is refused with its own reason, the backend untouched", .timeLimit(.minutes(5)))
struct ImpostorTests {
    struct Impostor: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reason: String
        /// What the impostor itself learns, as its TLS library reports it.
        let learns: String
        let identity: @Sendable (Stage) throws -> TLSIdentity?

        init(
            _ name: String, _ reason: String, _ learns: String,
            _ identity: @escaping @Sendable (Stage) throws -> TLSIdentity?
        ) {
            testDescription = name
            self.reason = reason
            self.learns = learns
            self.identity = identity
        }
    }

    static func spoiled(_ stage: Stage, _ spoil: (inout CertificateSpec) -> Void) throws -> TLSIdentity {
        var leaf = stage.leaf("alice")
        spoil(&leaf)
        return try stage.tls(leaf)
    }

    @Test(
        "refused:",
        arguments: [
            Impostor("T24: no certificate", "noCertificate", "certificate_required") { _ in nil },
            Impostor("a certificate a second past its end", "expired", "certificate_expired") { stage in
                try spoiled(stage) { $0.notAfter = noon - 1 }
            },
            Impostor("a certificate a second before its beginning", "notYetValid", "certificate_expired") { stage in
                try spoiled(stage) { $0.notBefore = noon + 1 }
            },
            Impostor("a revoked certificate", "revoked", "certificate_revoked") { try $0.tls("mallory") },
            Impostor("a proved peer that no rule allows", "policy", "access_denied") { try $0.tls("bob") },
            Impostor("a name that only begins like an allowed one", "policy", "access_denied") {
                try $0.tls("alicent")
            },
        ])
    func refused(_ impostor: Impostor) async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let trust = try stage.serviceTrust(revocation: try stage.revocation("mallory"))
        let end = try await stage.protect(backend.endpoint, trust: trust)
        let client = try await tlsClient(end.port, try impostor.identity(stage))
        client.send("let me in")
        let facts = try #require(await stage.log.refusals(1).first)
        #expect(facts.reason == impostor.reason)
        #expect(!facts.explanation.isEmpty && !facts.remedy.isEmpty)
        #expect(facts.address.hasPrefix("127.0.0.1:"))
        let seen = await client.closed()
        #expect(seen.error?.contains(impostor.learns) == true, "\(seen.error ?? "no error")")
        #expect(seen.bytes.isEmpty)
        let counters = await end.counters()
        #expect(counters.refused == [facts.reason: 1])
        #expect(counters.accepted == 0 && counters.live == 0 && counters.handshakesInProgress == 0)
        #expect(counters.backendBytesBeforeProof == 0)
        await end.stop()
        #expect(backend.peers.value.isEmpty)
        #expect(stage.log.refusals.count == 1 && stage.log.accepted.isEmpty)

        // The honest twin, at the same kind of door.
        let again = try await stage.protect(backend.endpoint, trust: trust)
        let honest = try await tlsClient(again.port, try stage.tls("alice"))
        honest.send("ok")
        #expect(await honest.received("ok"))
        honest.close()
        await again.stop(within: .zero)
    }

    @Test("a stolen certificate without its key proves nothing")
    func stolen() async throws {
        let stage = try Stage()
        let leaf = stage.leaf("alice")
        #expect(throws: TLSFailure.keyDoesNotFitLeaf) {
            try TLSIdentity(
                chain: [leaf.der(signedBy: stage.pki.issuing), stage.issuingDER],
                pkcs8: TestKeys.key("thief").pkcs8())
        }
        #expect(throws: EndFailure.tls(.keyDoesNotFitLeaf)) {
            try EndIdentity(chain: try stage.chain(leaf), key: TestKeys.key("thief"))
        }
    }

    @Test("a client that leaves in the middle of its handshake is one refusal")
    func leaves() async throws {
        let stage = try Stage()
        let end = try await stage.protect(.host("127.0.0.1", port: 9))
        let client = try await plainClient(end.port)
        client.close()
        #expect(await stage.log.refusals(1).first?.reason == "closedDuringHandshake")
        await end.stop()
        #expect(stage.log.refusals.count == 1)
    }

    @Test("T07: a server name that is not served, or none, gets unrecognized_name and no other policy")
    func serverNames() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint) { $0.serverNames = ["web.example.internal"] }
        for name in [nil, "other.example.internal"] {
            let client = try await tlsClient(end.port, try stage.tls("alice"), serverName: name)
            #expect(await client.closed().error?.contains("unrecognized_name") == true)
        }
        #expect(await stage.log.refusals(2).allSatisfy { $0.reason == "serverNameRefused" })
        let honest = try await tlsClient(end.port, try stage.tls("alice"), serverName: "web.example.internal")
        honest.send("ok")
        #expect(await honest.received("ok"))
        honest.close()
        await end.stop(within: .zero)
    }
}
