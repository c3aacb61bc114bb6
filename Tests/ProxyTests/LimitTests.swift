import Foundation
import Glibc
import NIOCore
import NIOPosix
import SymbolonProxy
import SymbolonTransport
import Testing

@Suite("What strangers may use of an end", .timeLimit(.minutes(5)))
struct LimitTests {
    @Test("T33: silent and garbage senders hold nothing past the deadline, and honest clients pass meanwhile")
    func stalled() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint) {
            $0.tls.handshakeDeadline = .seconds(3)
            // However the loops share them, none is so many that one gives way: here only the deadline ends them.
            $0.limits.handshakesPerAddress = 1_024
        }
        var strangers: [Peer] = []
        for number in 0..<150 {
            let stranger = try await plainClient(end.port)
            // A third says nothing, a third sends the beginning of a handshake, a third sends garbage.
            switch number % 3 {
            case 0: break
            case 1: stranger.send(Array(ImpostorTests.clientHello12.prefix(20)))
            default: stranger.send(pattern(600, seed: UInt64(number)))
            }
            strangers.append(stranger)
        }
        for _ in 0..<10 {
            let client = try await tlsClient(end.port, try stage.tls("alice"))
            client.send("honest")
            #expect(await client.received("honest"))
            client.close()
        }
        #expect(await stage.log.refusals(150).count == 150)
        for stranger in strangers { _ = await stranger.inputEnded() }
        let counters = await end.counters()
        #expect(counters.handshakesInProgress == 0)
        #expect(counters.refused["handshakeTimedOut"] == 100)
        #expect(counters.backendBytesBeforeProof == 0)
        await end.stop(within: .zero)
        #expect(backend.peers.value.count == 10)
    }

    @Test("the oldest unfinished handshake gives way to a newcomer from the same address")
    func gaveWay() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let one = MultiThreadedEventLoopGroup(numberOfThreads: 1)
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
        try await one.shutdownGracefully()
    }

    @Test("one connection more than the limit is refused at once, and there is room again when one ends")
    func tooMany() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let one = MultiThreadedEventLoopGroup(numberOfThreads: 1)
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
        try await one.shutdownGracefully()
    }

    @Test("T35: with more sockets held than there are descriptors for, the end lives and recovers")
    func descriptorsRunOut() async throws {
        await #expect(processExitsWith: .success) {
            let stage = try Stage()
            let backend = try await Backend()
            let end = try await stage.protect(backend.endpoint)
            // Room for 48 descriptors past those that the end, and whoever started this process, left open.
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int.init)
            var limit = rlimit()
            guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { exit(2) }
            limit.rlim_cur = rlim_t((open.max() ?? 0) + 49)
            guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { exit(2) }
            // Free numbers below the highest would be room too.
            while unsafe Glibc.open("/dev/null", O_RDONLY) < open.max() ?? 0 {}
            let spare = unsafe Glibc.open("/dev/null", O_RDONLY)
            // Every held client costs this process two descriptors: its own, and the end's when it is accepted.
            var held: [Peer] = []
            while let peer = try? await plainClient(end.port) { held.append(peer) }
            // The end may have accepted them all by now: one more client has a descriptor, and the end has none for it.
            close(spare)
            if let peer = try? await plainClient(end.port) { held.append(peer) }
            guard held.count > 10, held.count < 100 else { exit(3) }
            _ = await stage.log.event("acceptPaused")
            for peer in held { peer.close() }
            for peer in held { _ = await peer.closed() }
            _ = await stage.log.event("acceptResumed")
            let client = try await tlsClient(end.port, try stage.tls("alice"))
            client.send("recovered")
            guard await client.received("recovered") else { exit(4) }
            guard await end.counters().acceptPauses >= 1 else { exit(5) }
        }
    }
}
