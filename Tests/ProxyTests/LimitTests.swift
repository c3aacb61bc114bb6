import NIOCore
import SymbolonProxy
import SymbolonTransport
import Testing

@Suite("What strangers may use of an end", .timeLimit(.minutes(5)))
struct LimitTests {
    @Test("the oldest unfinished handshake gives way to a newcomer from the same address")
    func gaveWay() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let one = try StreamLoops(count: 1)
        let end = try await stage.protect(backend.endpoint, on: one) { $0.limits.handshakesPerAddress = 2 }
        var strangers: [Peer] = []
        for _ in 0..<3 { strangers.append(try await plainClient(end.port)) }
        #expect(await stage.log.refusals(1).first?.reason == "gaveWay")
        _ = await strangers[0].closed()
        let client = try await tlsClient(end.port, try stage.tls("alice"))
        client.send("honest")
        #expect(await client.received("honest"))
        #expect(await stage.log.refusals(2).map(\.stage) == [.limit, .limit])
        client.close()
        await end.stop(within: .zero)
    }

    @Test("one connection more than the limit is refused at once, and there is room again when one ends")
    func tooMany() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let one = try StreamLoops(count: 1)
        let end = try await stage.protect(backend.endpoint, on: one) { $0.limits.connections = 1 }
        let first = try await tlsClient(end.port, try stage.tls("alice"))
        first.send("a")
        #expect(await first.received("a"))
        // The reset may come before this side knows that it is connected.
        let second = try? await tlsClient(end.port, try stage.tls("alice"))
        #expect(await stage.log.refusals(1).first?.reason == "tooManyConnections")
        _ = await second?.closed()
        first.close()
        _ = await stage.log.closed(1)
        let third = try await tlsClient(end.port, try stage.tls("alice"))
        third.send("b")
        #expect(await third.received("b"))
        third.close()
        await end.stop(within: .zero)
    }

    /// With no patience at all whoever is asked has waited too long, and one in sixteen is asked.
    @Test("who waited too long while more come than can be served is closed unread, counted, and told of once for all")
    func overloaded() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let one = try StreamLoops(count: 1)
        let end = try await stage.protect(backend.endpoint, on: one) {
            $0.limits.patience = .zero
            $0.limits.overloadSpell = .zero
        }
        for number in 1..<16 {
            let client = try await tlsClient(end.port, try stage.tls("alice"))
            client.send("\(number)")
            #expect(await client.received("\(number)"))
            client.close()
        }
        for _ in 0..<3 {
            let late = try? await tlsClient(end.port, try stage.tls("alice"))
            _ = await late?.closed()
        }
        _ = await stage.log.event("overloaded")
        #expect(stage.log.names.count { $0 == "overloaded" } == 1)
        #expect(stage.log.refusals.isEmpty)
        let counters = await end.counters()
        #expect(counters.refused == ["overload": 3] && counters.accepted == 15)
        #expect(counters.limited["time"] == 3 && counters.refusedInHandshake.isEmpty)
        await end.stop(within: .zero)
    }
}
