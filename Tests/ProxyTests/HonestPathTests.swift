import Foundation
import NIOCore
import SymbolonNames
import SymbolonProxy
import SymbolonTestSupport
import SymbolonTransport
import SymbolonVerification
import Testing

@Suite("Both ends prove themselves, and then bytes flow", .timeLimit(.minutes(5)))
struct HonestPathTests {
    @Test("an allowed client reaches the backend and is answered")
    func service() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint)
        let client = try await tlsClient(end.port, try stage.tls("alice"))
        client.send("hello")
        #expect(await client.received("hello"))
        let facts = try #require(await stage.log.accepted(1).first)
        #expect(facts.peer.identity.description == "spiffe://example.internal/alice")
        #expect(facts.own.name.description == "spiffe://example.internal/web")
        #expect(facts.rule == "spiffe://example.internal/alice")
        #expect(facts.revocation == "good")
        #expect(facts.session.version == .tls13)
        #expect(facts.session.group == "X25519MLKEM768")
        #expect(facts.peerKey.hasPrefix("ECDSA P-256"))
        client.close()
        await end.stop()
    }

    @Test("a door and a service, each an end, carry a megabyte each way unchanged")
    func throughBothEnds() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let service = try await stage.protect(backend.endpoint)
        let doorLog = EventLog()
        let door = try await stage.reach(service.port, log: doorLog)
        let bytes = pattern(1 << 20)
        let client = try await plainClient(door.port)
        client.send(bytes)
        #expect(await client.received(bytes.count) == bytes)
        try await client.endOutput()
        let seen = await client.inputEnded()
        #expect(seen.bytes == bytes && seen.error == nil)
        let closed = try #require(await stage.log.closed(1).first)
        #expect(closed.reason == "finished")
        #expect(closed.bytesUp == 1 << 20 && closed.bytesDown == 1 << 20)
        #expect(await doorLog.closed(1).first?.reason == "finished")
        #expect(doorLog.accepted.first?.rule == "the service is spiffe://example.internal/web")
        for end in [service, door] {
            let counters = await end.counters()
            #expect(counters.accepted == 1 && counters.live == 0 && counters.refused.isEmpty)
            #expect(counters.bytesUp == 1 << 20 && counters.bytesDown == 1 << 20)
            #expect(counters.backendBytesBeforeProof == 0)
        }
        await door.stop()
        await service.stop()
    }

    @Test("a service that speaks first is heard")
    func serviceSpeaksFirst() async throws {
        let stage = try Stage()
        let backend = try await Backend(.greet(Array("220 ready".utf8)))
        let end = try await stage.protect(backend.endpoint)
        let door = try await stage.reach(end.port, log: EventLog())
        let client = try await plainClient(door.port)
        #expect(await client.received("220 ready"))
        client.close()
        await door.stop()
        await end.stop(within: .zero)
    }

    @Test("bytes sent with the client's Finished, before the backend is there, arrive")
    func earlyBytes() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint)
        let client = try await tlsClient(end.port, try stage.tls("alice"))
        // Held back by TLS until the handshake is through, and sent in the same flight.
        client.send(pattern(20_000))
        try await client.endOutput()
        #expect(await client.inputEnded().bytes == pattern(20_000))
        await end.stop()
    }

    @Test("a handshake that comes a byte at a time is let in")
    func byteAtATime() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint)
        let client = try await tlsClient(end.port, try stage.tls("alice"), byteAtATime: true)
        client.send("slow but honest")
        #expect(await client.received("slow but honest"))
        client.close()
        await end.stop(within: .zero)
    }

    @Test("a backend on a Unix domain socket and a backend by name are reached")
    func otherBackends() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(.host("localhost", port: backend.port))
        for _ in 0..<3 {
            let client = try await tlsClient(end.port, try stage.tls("alice"))
            client.send("by name")
            #expect(await client.received("by name"))
            client.close()
        }
        await end.stop(within: .zero)

        let folder = try TemporaryFolder()
        let path = folder.path + "/door"
        let local = try await stage.protect(backend.endpoint) { $0.listen = [.socket(path: path)] }
        #expect(local.addresses.first?.pathname == path)
        await local.stop()
    }

    @Test("live connections are listed with who, since when, how much, and when the proof ends")
    func listed() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint)
        let client = try await tlsClient(end.port, try stage.tls("alice"))
        client.send("12345")
        #expect(await client.received("12345"))
        let live = try #require(await end.connections().first)
        #expect(live.bytesUp == 5 && live.bytesDown == 5)
        #expect(live.facts.since == noon)
        #expect(live.end(at: noon) == (.certificate, seconds: 23 * .hour))
        #expect(live.age >= .zero && live.ruleEndsAfter == nil)
        let counters = await end.counters()
        #expect(counters.live == 1 && counters.liveByRule == [live.facts.rule: 1])
        #expect(counters.verification.counts.reduce(0, +) == 1 && counters.verification.seconds > 0)
        #expect(await end.close([live.facts.id, 4_711], because: "moved house") == 1)
        let closed = try #require(await stage.log.closed(1).first)
        #expect(closed.reason == "closed" && closed.explanation == "closed by the operator: moved house")
        #expect(closed.facts.flow.destination?.port == end.port)
        // The peer must not take what it has for the whole.
        let seen = await client.closed()
        #expect(!seen.isInputEnded)
        #expect(await end.connections().isEmpty)
        #expect(await end.close([live.facts.id]) == 0)
        await end.stop()
    }
}
