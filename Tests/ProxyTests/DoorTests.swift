import Foundation
import NIOCore
import SymbolonProxy
import SymbolonTestSupport
import SymbolonTransport
import Testing

/// Tests/Interop has every kind of false service.
@Suite("T11: a door proves its service before it sends a byte", .timeLimit(.minutes(5)))
struct DoorTests {
    struct Impostor: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reason: String
        let identity: @Sendable (Stage) throws -> TLSIdentity

        init(_ name: String, _ reason: String, _ identity: @escaping @Sendable (Stage) throws -> TLSIdentity) {
            testDescription = name
            self.reason = reason
            self.identity = identity
        }
    }

    static func spoiled(_ stage: Stage, _ spoil: (inout CertificateSpec) -> Void) throws -> TLSIdentity {
        var leaf = stage.leaf("web")
        spoil(&leaf)
        return try stage.tls(leaf)
    }

    @Test(
        "T11: zero request bytes go to",
        arguments: [
            Impostor("another service of the same authority", "nameMismatch") { try $0.tls("ledger") },
            Impostor("an expired service", "expired") { try spoiled($0) { $0.notAfter = noon - 1 } },
            Impostor("a revoked service", "revoked") { stage in
                var leaf = stage.leaf("web")
                leaf.serialNumber = stage.leaf("mallory").serialNumber
                return try stage.tls(leaf)
            },
        ])
    func refused(_ impostor: Impostor) async throws {
        let stage = try Stage()
        let context = try TLSContext(side: .server(acceptedServerNames: nil), identity: try impostor.identity(stage))
        let rogue = try await Backend(.echo, behindTLS: context)
        let trust = try stage.doorTrust(revocation: try stage.revocation("mallory"))
        let door = try await stage.reach(rogue.port, trust: trust)
        // The reset may come before this side knows that it is connected.
        let client = try? await plainClient(door.port)
        client?.send("a secret request")
        let facts = try #require(await stage.log.refusals(1).first)
        #expect(facts.reason == impostor.reason)
        #expect(facts.role == .reach)
        let seen = await client?.closed() ?? Seen()
        #expect(!seen.isInputEnded && seen.bytes.isEmpty)
        _ = await rogue.peer().closed()
        #expect(rogue.bytes == 0)
        let counters = await door.counters()
        #expect(counters.backendBytesBeforeProof == 0 && counters.accepted == 0)
        await door.stop()
    }

    @Test("T11: zero request bytes go to a service in plain text")
    func plainService() async throws {
        let stage = try Stage()
        let rogue = try await Backend(.greet(Array("HTTP/1.1 200 OK\r\n\r\n".utf8)))
        let door = try await stage.reach(rogue.port)
        let client = try? await plainClient(door.port)
        client?.send("a secret request")
        #expect(await stage.log.refusals(1).first?.reason == "notTLS")
        _ = await client?.closed()
        let sent = await rogue.peer().closed().bytes
        #expect(!sent.contains(Array("secret".utf8)))
        await door.stop()
    }

    @Test("a service that is not there is reported, and the local client sees a reset")
    func absent() async throws {
        let stage = try Stage()
        let gone = try ClosedPort.make()
        let door = try await stage.reach(gone)
        // The reset may come before this side knows that it is connected.
        let client = try? await plainClient(door.port)
        guard case .backendFailed(let facts) = await stage.log.event("backendFailed") else { return }
        #expect(facts.explanation == "cannot connect to 127.0.0.1:\(gone): connection refused")
        #expect(await client?.closed().isInputEnded != true)
        #expect(await door.counters().backendFailures == 1)
        await door.stop()
    }

    @Test("a service that refuses this end after the handshake is reported with its alert")
    func serviceRefuses() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let serviceLog = stage.log
        let service = try await stage.protect(backend.endpoint, trust: try stage.serviceTrust(allow: []))
        let doorLog = EventLog()
        let door = try await stage.reach(service.port, log: doorLog)
        // The reset may come before this side knows that it is connected.
        let client = try? await plainClient(door.port)
        client?.send("hello")
        #expect(await serviceLog.refusals(1).first?.reason == "policy")
        let closed = try #require(await doorLog.closed(1).first)
        #expect(closed.reason == "alert")
        #expect(closed.explanation.contains("access_denied"))
        #expect(await client?.closed().isInputEnded != true)
        await door.stop()
        await service.stop()
        #expect(backend.peers.value.isEmpty)
    }

    @Test("names by DNS are proved as well as SPIFFE IDs, all that are expected")
    func byDNSName() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let service = try await stage.protect(backend.endpoint)
        let both = try stage.doorTrust(expecting: ["dns:web.example.internal", "spiffe://example.internal/web"])
        let door = try await stage.reach(service.port, trust: both, log: EventLog()) {
            $0.serverName = "web.example.internal"
        }
        let client = try await plainClient(door.port)
        client.send("hello")
        #expect(await client.received("hello"))
        #expect(stage.log.accepted.first?.session.serverName == "web.example.internal")
        client.close()
        let wrong = try stage.doorTrust(expecting: ["dns:other.example.internal", "spiffe://example.internal/web"])
        let log = EventLog()
        let other = try await stage.reach(service.port, trust: wrong, log: log)
        let refused = try? await plainClient(other.port)
        #expect(await log.refusals(1).first?.reason == "nameMismatch")
        _ = await refused?.closed()
        await door.stop(within: .zero)
        await other.stop()
        await service.stop(within: .zero)
    }

    @Test("a local client that leaves before the service is proved is let go")
    func clientLeaves() async throws {
        let stage = try Stage()
        let mute = try await Backend(.silent)
        let door = try await stage.reach(mute.port)
        let client = try await plainClient(door.port)
        // The ClientHello is there, the answer never comes.
        await mute.peer().board.wait { !$0.bytes.isEmpty }
        client.cut(reset: true)
        #expect(await stage.log.refusals(1).first?.reason == "connectionLost")
        _ = await mute.peer().inputEnded()
        #expect(await door.counters().handshakesInProgress == 0)
        await door.stop()
    }
}
