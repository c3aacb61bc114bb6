import Foundation
import SymbolonTestSupport
import Synchronization
import Testing

extension EndToEnd {
    @Suite("T40: a certificate is replaced under live connections")
    struct ACertificateIsReplacedUnderLiveConnections {
        /// Clients that send and get back numbered pieces until they are told to stop.
        private final class Streams: Sendable {
            struct OtherBytes: Error {}

            private let goesOn = Atomic<Bool>(true)
            let pieces = Atomic<Int>(0)

            func stop() { goesOn.store(false, ordering: .relaxed) }

            func pump(through port: Int, seed: UInt64) async throws {
                let socket = try await Socket.connect(port)
                var random = SeededRandom(seed: seed)
                while goesOn.load(ordering: .relaxed) {
                    let piece = random.bytes(4_000)
                    try await socket.write(piece)
                    let back = try await socket.read(piece.count)
                    guard back == piece else { throw OtherBytes() }
                    pieces.wrappingAdd(1, ordering: .relaxed)
                }
            }
        }

        @Test("T40: issued anew in the home while 20 connections stream, none breaks and new ones see the new serial")
        func home() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let reach = try await machine.reach("--as", "laptop")
            let streams = Streams()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for seed in 0..<20 { group.addTask { try await streams.pump(through: reach.port, seed: UInt64(seed)) } }
                group.addTask {
                    defer { streams.stop() }
                    for index in 0..<20 { try await reach.ends.event("accepted", number: index) }
                    for _ in 0..<3 {
                        let before = (protect.ends.count, reach.ends.count)
                        try machine.done(
                            "identity", "issue", "web", "--profile", "service", "--dns", "web.example.internal")
                        let replaced = try await protect.ends.event("identity", after: before.0) {
                            $0["change"] == "replaced"
                        }
                        try await protect.ends.event("trustReplaced", after: before.0)
                        let client = try await Socket.connect(reach.port)
                        try await client.write([7])
                        #expect(try await client.read(1) == [7])
                        let seen = try await reach.ends.event("accepted", after: before.1)
                        #expect(seen["serial"] == replaced["serial"])
                    }
                }
                try await group.waitForAll()
            }
            #expect(streams.pieces.load(ordering: .relaxed) >= 20)
            #expect(protect.ends.events.allSatisfy { $0["event_type"] != "refused" })
            let counters = try await reach.ends.stop()
            #expect(counters.number("accepted") == 23)
        }

        @Test("T40: files are taken up as a whole; half a new set keeps the old one, and is told once when it stays")
        func files() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            try machine.done("identity", "issue", "web", "--profile", "service")
            let old = try machine.export("web", to: "live")
            try machine.done("identity", "issue", "web", "--profile", "service")
            let new = try machine.export("web", to: "new")
            let protect = try await machine.protect(
                to: backend, "--allow", "laptop", "--certificate", old.chain, "--key", old.key, "--anchors",
                old.anchors)
            let reach = try await machine.reach("--as", "laptop", "--at", "127.0.0.1:\(protect.port)")
            let live = try await Socket.echoed(reach.port)
            let first = try await reach.ends.event("accepted")

            try replace(old.chain, by: new.chain)
            let warning = try await protect.ends.event("warning") { $0["what"]?.contains("new identity") == true }
            #expect(warning["why"]?.contains("the private key is not the certificate's") == true)
            var before = reach.ends.count
            _ = try await Socket.echoed(reach.port)
            #expect(try await reach.ends.event("accepted", after: before)["serial"] == first["serial"])

            try replace(old.key, by: new.key)
            let replaced = try await protect.ends.event("identity")
            #expect(replaced["serial"] != first["serial"])
            before = reach.ends.count
            _ = try await Socket.echoed(reach.port)
            #expect(try await reach.ends.event("accepted", after: before)["serial"] == replaced["serial"])
            try await live.write([2])
            #expect(try await live.read(1) == [2])
        }

        @Test(
            "an identity of another kind put in its place by mistake is not taken up, and the end goes on with its own")
        func otherKind() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let reach = try await machine.reach("--as", "laptop")
            try machine.done("identity", "issue", "web", "--profile", "client")
            let warning = try await protect.ends.event("warning")
            #expect(warning["why"] == "its certificate is for clientAuth, and this end needs serverAuth")
            _ = try await Socket.echoed(reach.port)
        }

        @Test("T40: 500 replacements of both files under 20 streams break none of them and no handshake")
        func manyReplacements() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            try machine.done("identity", "issue", "web", "--profile", "service")
            let one = try machine.export("web", to: "one")
            let live = try machine.export("web", to: "live")
            try machine.done("identity", "issue", "web", "--profile", "service")
            let other = try machine.export("web", to: "other")
            let protect = try await machine.protect(
                to: backend, "--allow", "laptop", "--certificate", live.chain, "--key", live.key, "--anchors",
                live.anchors)
            let reach = try await machine.reach("--as", "laptop", "--at", "127.0.0.1:\(protect.port)")
            let streams = Streams()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for seed in 0..<20 { group.addTask { try await streams.pump(through: reach.port, seed: UInt64(seed)) } }
                group.addTask {
                    defer { streams.stop() }
                    for turn in 0..<500 {
                        let next = turn % 2 == 0 ? other : one
                        try replace(live.chain, by: next.chain)
                        try replace(live.key, by: next.key)
                        let client = try await Socket.connect(reach.port)
                        try await client.write([UInt8(turn % 256)])
                        #expect(try await client.read(1) == [UInt8(turn % 256)])
                    }
                }
                try await group.waitForAll()
            }
            let serials = Set(reach.ends.events.filter { $0["event_type"] == "accepted" }.compactMap { $0["serial"] })
            #expect(serials.count == 2)
            #expect(protect.ends.events.allSatisfy { $0["what"]?.contains("new identity") != true })
            #expect(reach.ends.events.allSatisfy { $0["event_type"] != "refused" })
            #expect(try await protect.ends.stop().number("accepted") == 520)
        }

        private func replace(_ file: String, by other: String) throws {
            let next = file + ".next"
            try? FileManager.default.removeItem(atPath: next)
            try FileManager.default.copyItem(atPath: other, toPath: next)
            try #require(unsafe rename(next, file) == 0)
        }
    }
}
