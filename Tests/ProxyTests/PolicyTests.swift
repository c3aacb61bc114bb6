import Foundation
import NIOCore
import SymbolonAccessPolicy
import SymbolonProxy
import SymbolonTestSupport
import SymbolonTransport
import SymbolonVerification
import Testing

@Suite("Rules are asked at the door, and again whenever what they rest on changes", .timeLimit(.minutes(5)))
struct PolicyTests {
    private func live(_ stage: Stage, _ end: RunningEnd, _ name: String) async throws -> Peer {
        let client = try await tlsClient(end.port, try stage.tls(name))
        client.send("hello")
        #expect(await client.received("hello"))
        return client
    }

    @Test("the rule that let a peer in is named, and a deny outranks it")
    func named() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let rules = try Policy(in: stage.domain) {
            allow("everybody") { peer(in: "*") }
            deny("bob is on leave") {
                peer(in: "bob"); service("web")
            }
        }
        let end = try await stage.protect(backend.endpoint, trust: try stage.serviceTrust(under: rules))
        let alice = try await live(stage, end, "alice")
        #expect(stage.log.accepted.first?.rule == "everybody")
        _ = try await tlsClient(end.port, try stage.tls("bob"))
        let refusal = try #require(await stage.log.refusals(1).first)
        #expect(refusal.reason == "policy" && refusal.alert == "access_denied")
        #expect(refusal.explanation.contains("\"bob is on leave\" denies it"))
        alice.close()
        await end.stop(within: .zero)
        #expect(backend.peers.value.count == 1)
    }

    @Test("a connection lives no longer than its rule lets it, and another rule may take over")
    func life() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let rules = try Policy(in: stage.domain) {
            allow("an hour") {
                peer(in: "alice"); lasting(atMost: .seconds(3600))
            }
            allow("two hours") {
                peer(in: "alice"); lasting(atMost: .seconds(7200))
            }
            allow("bob") { peer(in: "bob") }
        }
        let end = try await stage.protect(backend.endpoint, trust: try stage.serviceTrust(under: rules))
        let alice = try await live(stage, end, "alice")
        let bob = try await live(stage, end, "bob")
        stage.pass(3601)
        // Judged again, and kept by the second rule.
        alice.send(" again")
        #expect(await alice.received("hello again"))
        stage.pass(3600)
        let closed = try #require(await stage.log.closed(1).first)
        #expect(closed.facts.peer.identity.description == "spiffe://example.internal/alice")
        #expect(closed.reason == "policy")
        #expect(closed.alert == "access_denied")
        #expect(closed.explanation.contains("allows it no more: for: the connection has lived") == false)
        #expect(closed.explanation.contains("allows it no more: the connection has lived"), "\(closed.explanation)")
        bob.send(" too")
        #expect(await bob.received("hello too"))
        bob.close()
        await end.stop(within: .zero)
    }

    @Test("a window that ends closes what it let in; what is outside is refused")
    func window() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let rules = try Policy(in: stage.domain) {
            allow("an hour from noon") { time(TimeWindow(from: noon, until: noon + 3600)) }
        }
        let end = try await stage.protect(backend.endpoint, trust: try stage.serviceTrust(under: rules))
        _ = try await live(stage, end, "alice")
        stage.pass(3600)
        #expect(await stage.log.closed(1).first?.reason == "policy")
        _ = try await tlsClient(end.port, try stage.tls("alice"))
        #expect(await stage.log.refusals(1).first?.reason == "policy")
        await end.stop(within: .zero)
    }

    @Test("Z10: a clock that is set a day on, or back, keeps no window open", arguments: [86_400.0, -86_400])
    func clockJump(_ jump: Double) async throws {
        let stage = try Stage()
        let backend = try await Backend()
        // The moment is within it before and after the jump: what refuses is the doubt.
        let rules = try Policy(in: stage.domain) {
            allow("these days") { time(TimeWindow(from: noon - 2 * 86_400, until: noon + 2 * 86_400)) }
        }
        let end = try await stage.protect(backend.endpoint, trust: try stage.serviceTrust(under: rules))
        var leaf = stage.leaf("alice")
        leaf.notBefore = noon - 2 * 86_400
        leaf.notAfter = noon + 2 * 86_400
        let client = try await tlsClient(end.port, try stage.tls(leaf))
        client.send("hello")
        #expect(await client.received("hello"))
        // The honest twin: time that goes by, on both clocks.
        stage.pass(3600)
        let second = try await tlsClient(end.port, try stage.tls(leaf))
        second.send("hello")
        #expect(await second.received("hello"))
        stage.clock.set(noon + 3600 + jump)
        _ = await stage.log.event("clockDoubted")
        let closed = await stage.log.closed(2)
        #expect(closed.allSatisfy { $0.reason == "policy" && $0.explanation.contains("the clock has jumped") })
        _ = try await tlsClient(end.port, try stage.tls(leaf))
        // Put back as far, the clock is before the end's own certificate.
        #expect(await stage.log.refusals(1).first?.reason == (jump > 0 ? "policy" : "clockBehind"))
        await end.stop(within: .zero)
    }

    @Test(
        "Z10: an hour that the clock is put forward or back by does not open a window of that hour",
        arguments: [3600.0, -3600])
    func smallJump(_ jump: Double) async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let rules = try Policy(in: stage.domain) {
            allow("alice, then") {
                peer(in: "alice")
                time(
                    TimeWindow(from: noon + jump - 60, until: noon + jump + 60),
                    TimeWindow(from: noon, until: noon + 60))
            }
            allow("bob") { peer(in: "bob") }
        }
        let end = try await stage.protect(backend.endpoint, trust: try stage.serviceTrust(under: rules))
        _ = try await live(stage, end, "alice")
        let bob = try await live(stage, end, "bob")
        stage.clock.set(noon + jump)
        let closed = try #require(await stage.log.closed(1).first)
        #expect(closed.facts.peer.identity.description == "spiffe://example.internal/alice")
        #expect(closed.reason == "policy")
        #expect(closed.explanation.contains("the clock has jumped"), "\(closed.explanation)")
        _ = try await tlsClient(end.port, try stage.tls("alice"))
        #expect(await stage.log.refusals(1).first?.reason == "policy")
        // A rule that asks for no time is as it was.
        bob.send(" still")
        #expect(await bob.received("hello still"))
        stage.clock.set(noon + 1)
        let again = try await live(stage, end, "alice")
        again.close()
        bob.close()
        await end.stop(within: .zero)
    }

    @Test("no more connections of one identity than its rule says; another identity's are not counted with them")
    func counts() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let rules = try Policy(in: stage.domain) {
            allow("two each") {
                peer(in: "*"); connections(below: 2)
            }
        }
        let end = try await stage.protect(backend.endpoint, trust: try stage.serviceTrust(under: rules))
        let first = try await live(stage, end, "alice")
        let second = try await live(stage, end, "alice")
        let bob = try await live(stage, end, "bob")
        _ = try await tlsClient(end.port, try stage.tls("alice"))
        let refusal = try #require(await stage.log.refusals(1).first)
        #expect(refusal.explanation.contains("no rule allows it"))
        first.close()
        #expect(await stage.log.closed(1).first?.reason != "policy")
        let third = try await live(stage, end, "alice")
        // Rules that begin to count know who is there; the newest is over what they allow.
        try end.replace(try stage.serviceTrust(under: try Policy(in: stage.domain) { allow("all") { peer(in: "*") } }))
        try end.replace(
            try stage.serviceTrust(
                under: try Policy(in: stage.domain) {
                    allow("one each") {
                        peer(in: "*"); connections(below: 1)
                    }
                }))
        let closed = await stage.log.closed(2)
        #expect(closed.count == 2 && closed.last?.reason == "policy")
        second.send(" still")
        #expect(await second.received("hello still"))
        for client in [second, third, bob] { client.close() }
        await end.stop(within: .zero)
    }

    @Test("a rule knows from which network a peer comes")
    func network() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let rules = try Policy(in: stage.domain) { allow("from here") { SymbolonAccessPolicy.network("127.0.0.0/8") } }
        let end = try await stage.protect(backend.endpoint, trust: try stage.serviceTrust(under: rules))
        let client = try await live(stage, end, "alice")
        try end.replace(
            try stage.serviceTrust(
                under: try Policy(in: stage.domain) {
                    allow("from there") { SymbolonAccessPolicy.network("10.0.0.0/8") }
                }))
        #expect(await stage.log.closed(1).first?.reason == "policy")
        _ = await client.closed()
        await end.stop(within: .zero)
    }

    @Test("a door's service passes its rules too, or the door's client gets nothing")
    func door() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let service = try await stage.protect(backend.endpoint)
        let log = EventLog()
        let good = try Policy(in: stage.domain) {
            allow("young services") {
                peer(in: "web"); certificate(youngerThan: .seconds(86_400))
            }
        }
        let door = try await stage.reach(service.port, trust: try stage.doorTrust(under: good), log: log)
        let client = try await plainClient(door.port)
        client.send("hello")
        #expect(await client.received("hello"))
        #expect(log.accepted.first?.rule == "young services")
        let other = try Policy(in: stage.domain) { allow("another") { peer(in: "ledger") } }
        try door.replace(try stage.doorTrust(under: other))
        #expect(await log.closed(1).first?.reason == "policy")
        await door.stop(within: .zero)
        await service.stop(within: .zero)
    }

    @Test("Z04: a role is taken from half of the live: exactly those are closed, and the others live on")
    func halfOfThem() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let both = try Policy(in: stage.domain) { allow("both") { peer(in: "alice", "bob") } }
        let one = try Policy(in: stage.domain) { allow("one") { peer(in: "alice") } }
        let end = try await stage.protect(backend.endpoint, trust: try stage.serviceTrust(under: both))
        var alices: [Peer] = []
        for _ in 0..<20 {
            alices.append(try await live(stage, end, "alice"))
            _ = try await live(stage, end, "bob")
        }
        try end.replace(try stage.serviceTrust(under: one))
        let closed = await stage.log.closed(20)
        #expect(closed.count == 20 && closed.allSatisfy { $0.reason == "policy" })
        #expect(closed.allSatisfy { $0.facts.peer.identity.description.hasSuffix("/bob") })
        for client in alices {
            client.send(" still")
            #expect(await client.received("hello still"))
            client.close()
        }
        await end.stop(within: .zero)
    }
}
