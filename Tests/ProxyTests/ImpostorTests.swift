import Foundation
import NIOCore
import SymbolonCertificates
import SymbolonKeys
import SymbolonProxy
import SymbolonTestSupport
import SymbolonTransport
import Testing

@Suite("Impostors on a real socket: each refused with its own reason, the backend untouched", .timeLimit(.minutes(5)))
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

    /// An authority with other keys, which has its own name or has copied ours.
    static func stranger(copyingNames: Bool = false) -> TestPKI {
        var other = TestPKI.goodChain()
        if !copyingNames {
            other.root.subject = TestPKI.name("Stranger Root")
            other.issuing.subject = TestPKI.name("Stranger Issuing")
        }
        other.root.use(TestKeys.key("stranger root"))
        other.issuing.use(TestKeys.key("stranger issuing"))
        other.leaf = TestPKI.leaf("alice", serialNumber: [0x77])
        return other
    }

    @Test(
        "refused:",
        arguments: [
            Impostor("T24: no certificate", "noCertificate", "certificate_required") { _ in nil },
            Impostor("a self-signed certificate", "selfSignedNotTrusted", "unknown_ca") { stage in
                let leaf = stage.leaf("alice")
                return try TLSIdentity(chain: [leaf.selfSigned()], pkcs8: leaf.key.pkcs8())
            },
            Impostor("another authority", "issuerUnknown", "unknown_ca") { _ in
                let other = stranger()
                return try TLSIdentity(chain: other.der, pkcs8: other.leaf.key.pkcs8())
            },
            Impostor("another authority with the same names", "signatureInvalid", "bad_certificate") { _ in
                let other = stranger(copyingNames: true)
                return try TLSIdentity(chain: other.der, pkcs8: other.leaf.key.pkcs8())
            },
            Impostor("an expired certificate", "expired", "certificate_expired") { stage in
                try spoiled(stage) { $0.notAfter = noon - 1 }
            },
            Impostor("a certificate that is not yet valid", "notYetValid", "certificate_expired") { stage in
                try spoiled(stage) { $0.notBefore = noon + 1 }
            },
            Impostor("a revoked certificate", "revoked", "certificate_revoked") { try $0.tls("mallory") },
            Impostor("a server's certificate used as a client's", "extendedKeyUsageUnfit", "certificate_unknown") {
                try spoiled($0) { $0.extendedKeyUsage = ExtendedKeyUsage(.serverAuth) }
            },
            Impostor("a proved peer that no rule allows", "policy", "access_denied") { try $0.tls("bob") },
            Impostor("a name that only begins like an allowed one", "policy", "access_denied") {
                try $0.tls("alicent")
            },
            Impostor("a leaf used as issuer", "pathLengthExceeded", "certificate_unknown") { stage in
                // The issuer is bob's leaf; every signature is good.
                let forger = stage.leaf("bob")
                var leaf = stage.leaf("alice")
                leaf.use(TestKeys.key("forged alice"))
                let chain = [leaf.der(signedBy: forger), forger.der(signedBy: stage.pki.issuing), stage.issuingDER]
                return try TLSIdentity(chain: chain, pkcs8: leaf.key.pkcs8())
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

    @Test("TLS 1.2 is refused unless it was asked for")
    func oldVersion() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint)
        let client = try await plainClient(end.port)
        client.send(Self.clientHello12)
        #expect(await stage.log.refusals(1).first?.reason == "protocolVersion")
        _ = await client.inputEnded()
        await end.stop()
        #expect(backend.peers.value.isEmpty)
    }

    /// A TLS 1.2 ClientHello with one ECDHE suite and no supported_versions extension (RFC 5246 §7.4.1.2).
    static let clientHello12: [UInt8] = {
        let groups: [UInt8] = [0, 10, 0, 4, 0, 2, 0, 23]
        let signatures: [UInt8] = [0, 13, 0, 4, 0, 2, 4, 3]
        let extensions = groups + signatures
        let random = [UInt8](repeating: 7, count: 32)
        let body = [3, 3] + random + [0, 0, 2, 0xC0, 0x2B, 1, 0, 0, UInt8(extensions.count)] + extensions
        let handshake = [1, 0, 0, UInt8(body.count)] + body
        return [22, 3, 1, 0, UInt8(handshake.count)] + handshake
    }()

    @Test("a plain-text client is refused, and named as one")
    func plainText() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint)
        let client = try await plainClient(end.port)
        client.send("GET / HTTP/1.1\r\nHost: web\r\n\r\n")
        #expect(await stage.log.refusals(1).first?.reason == "plaintextHTTP")
        _ = await client.inputEnded()
        let other = try await plainClient(end.port)
        other.send("SSH-2.0-OpenSSH_9.2\r\n")
        #expect(await stage.log.refusals(2).last?.reason == "notTLS")
        _ = await other.inputEnded()
        await end.stop()
        #expect(backend.peers.value.isEmpty)
    }

    @Test("a silent client is let go at the deadline")
    func silent() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint) { $0.tls.handshakeDeadline = .milliseconds(100) }
        let client = try await plainClient(end.port)
        #expect(await stage.log.refusals(1).first?.reason == "handshakeTimedOut")
        _ = await client.inputEnded()
        #expect(await end.counters().handshakesInProgress == 0)
        await end.stop()
        #expect(backend.peers.value.isEmpty)
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
