import Foundation
import NIOCore
import SymbolonKeys
import SymbolonProxy
import SymbolonTestSupport
import SymbolonTransport
import Testing

@Suite("An end starts whole or not at all, and stops in order", .timeLimit(.minutes(5)))
struct StartAndStopTests {
    @Test("T10: no trust anchor, no end")
    func noAnchor() throws {
        let stage = try Stage()
        #expect(throws: EndFailure.noTrustAnchor) { try stage.serviceTrust(anchors: []) }
        #expect(throws: EndFailure.noExpectedName) { try stage.doorTrust(expecting: []) }
        #expect(throws: EndFailure.identityWithoutName) { try EndIdentity(chain: [], key: TestKeys.key("x")) }
    }

    @Test("trust for the other role, and no address to listen on, are refused")
    func refusedStart() async throws {
        let stage = try Stage()
        await #expect(throws: EndFailure.trustForOtherRole) {
            try await stage.protect(.host("127.0.0.1", port: 9), trust: try stage.doorTrust())
        }
        await #expect(throws: EndFailure.noListenAddress) {
            try await stage.protect(.host("127.0.0.1", port: 9)) { $0.listen = [] }
        }
    }

    @Test("an address in use refuses the start, and what was already listening is given back")
    func addressInUse() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        // No other test has anything at this address.
        let free = Endpoint.host("127.0.0.9", port: backend.port)
        let failure = await #expect(throws: EndFailure.self) {
            try await stage.protect(backend.endpoint) { $0.listen = [free, backend.endpoint] }
        }
        #expect(failure == .cannotListen(at: backend.endpoint, because: "address already in use"))
        let end = try await stage.protect(backend.endpoint) { $0.listen = [free] }
        await end.stop()
    }

    @Test("several addresses serve one service")
    func severalAddresses() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint) {
            $0.listen = [.host("127.0.0.1", port: 0), .host("127.0.0.1", port: 0)]
        }
        #expect(end.addresses.count == 2)
        for address in end.addresses {
            let client = try await tlsClient(try #require(address.port), try stage.tls("alice"))
            client.send("hello")
            #expect(await client.received("hello"))
            client.close()
        }
        await end.stop(within: .zero)
    }

    @Test("what is accepted is dealt out to the loops in turn")
    func inTurn() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint, on: try StreamLoops(count: 2))
        var clients: [Peer] = []
        for number in 0..<6 {
            let client = try await tlsClient(end.port, try stage.tls("alice"))
            client.send("\(number)")
            #expect(await client.received("\(number)"))
            clients.append(client)
        }
        // Each loop gives numbers of its own.
        let numbers = await end.connections().map(\.facts.id)
        #expect(numbers.count == 6 && numbers.count { $0.isMultiple(of: 2) } == 3, "\(numbers)")
        for client in clients { client.close() }
        await end.stop(within: .zero)
    }

    @Test("a stop lets a live connection finish, and takes no new one")
    func drains() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint)
        let port = end.port
        let client = try await tlsClient(port, try stage.tls("alice"))
        client.send("one ")
        #expect(await client.received("one "))
        async let stopped: Void = end.stop(within: .seconds(30))
        while (try? await plainClient(port)) != nil {}
        client.send("two")
        #expect(await client.received("one two"))
        try await client.endOutput()
        await stopped
        #expect(stage.log.closed.map(\.reason) == ["finished"])
        #expect(stage.log.names.last == "stopped")
    }

    @Test("who was proving itself when the stop came is served as well, and the stop waits for it")
    func drainsWhoProves() async throws {
        let stage = try Stage()
        let end = try await stage.protect(try await Backend().endpoint)
        let held = Held()
        let client = try await tlsClient(end.port, try stage.tls("alice"), held: held)
        while await end.counters().handshakesInProgress == 0 {}
        async let stopped: Void = end.stop(within: .seconds(60))
        while (try? await plainClient(end.port)) != nil {}
        await held.letGo()
        client.send("hello")
        #expect(await client.received("hello"))
        #expect(!stage.log.names.contains("stopped"))
        try await client.endOutput()
        await stopped
        #expect(stage.log.closed.map(\.reason) == ["finished"])
        #expect(stage.log.names.last == "stopped")
    }

    @Test("a revocation while the end stops cuts whom it names at once, and lets the others finish")
    func revokedWhileStopping() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint, trust: try stage.serviceTrust(allow: ["alice", "bob"]))
        let port = end.port
        let (alice, bob) = (
            try await tlsClient(port, try stage.tls("alice")), try await tlsClient(port, try stage.tls("bob"))
        )
        for client in [alice, bob] {
            client.send("one ")
            #expect(await client.received("one "))
        }
        async let stopped: Void = end.stop(within: .seconds(30))
        while (try? await plainClient(port)) != nil {}
        try end.replace(
            try stage.serviceTrust(allow: ["alice", "bob"], revocation: try stage.revocation("alice", epoch: 2)))
        #expect(await stage.log.closed(1).map(\.reason) == ["revoked"])
        #expect(await alice.closed().isInputEnded == false)
        bob.send("two")
        #expect(await bob.received("one two"))
        try await bob.endOutput()
        await stopped
        #expect(stage.log.closed.map(\.reason) == ["revoked", "finished"])
        #expect(throws: EndFailure.stopped) { try end.replace(try stage.serviceTrust()) }
    }

    @Test("a stop that has waited long enough cuts what is left")
    func cuts() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint)
        let client = try await tlsClient(end.port, try stage.tls("alice"))
        client.send("hello")
        #expect(await client.received("hello"))
        await end.stop(within: .milliseconds(1))
        #expect(stage.log.closed.map(\.reason) == ["stopped"])
        #expect(await client.closed().isInputEnded == false)
    }

    @Test("events are flat objects that programs can read")
    func events() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint)
        let client = try await tlsClient(end.port, try stage.tls("alice"))
        client.send("hello")
        #expect(await client.received("hello"))
        let refused = try await tlsClient(end.port, try stage.tls("bob"))
        _ = await refused.closed()
        let accepted = try object(await stage.log.event("accepted"))
        #expect(accepted["event_type"] as? String == "accepted")
        #expect(accepted["peer"] as? String == "spiffe://example.internal/alice")
        #expect(accepted["rule"] as? String == "spiffe://example.internal/alice")
        #expect(accepted["version"] as? String == "TLS 1.3")
        let refusal = try object(await stage.log.event("refused"))
        #expect(refusal["reason"] as? String == "policy" && refusal["alert"] as? String == "access_denied")
        #expect(refusal["subject"] as? String == "spiffe://example.internal/bob")
        let listening = try object(await stage.log.event("listening"))
        #expect(listening["address"] as? String == "127.0.0.1:\(end.port)")
        let live = try #require(await end.connections().first)
        #expect(live.bytesUp == 5 && live.facts.service == "web")
        client.close()
        await end.stop(within: .zero)
    }

    private func object(_ event: EndEvent) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(event.json.utf8)) as? [String: Any] ?? [:]
    }
}
