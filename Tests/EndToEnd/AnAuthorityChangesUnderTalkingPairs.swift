import Foundation
import SymbolonTestSupport
import Synchronization
import Testing

extension EndToEnd {
    @Suite("W09: what an authority issues with is changed under talking pairs")
    struct AnAuthorityChangesUnderTalkingPairs {
        /// How many pairs talk at once.
        private static let pairs = ProcessInfo.processInfo.environment["SYMBOLON_PAIRS"].flatMap { Int($0) } ?? 20

        /// Clients that shake hands, send, get back and leave, again and again until they are told to stop.
        private final class Talk: Sendable {
            struct OtherBytes: Error {}

            private let goesOn = Atomic<Bool>(true)
            /// Of each pair.
            private let rounds: Mutex<[Int]>

            init(pairs: Int) { rounds = Mutex(Array(repeating: 0, count: pairs)) }

            var handshakes: Int { rounds.withLock { $0.reduce(0, +) } }

            func stop() { goesOn.store(false, ordering: .relaxed) }

            /// Until every pair has begun a conversation that is not over yet, or was not, at this moment.
            func turn() async throws {
                let before = rounds.withLock { $0 }
                while rounds.withLock({ zip($0, before).contains { $0 < $1 + 2 } }) {
                    try await Task.sleep(for: .milliseconds(20))
                }
            }

            func talk(through port: Int, as pair: Int) async throws {
                var random = SeededRandom(seed: UInt64(pair))
                while goesOn.load(ordering: .relaxed) {
                    let socket = try await Socket.connect(port)
                    for _ in 0..<3 {
                        let piece = random.bytes(500)
                        try await socket.write(piece)
                        guard try await socket.read(piece.count) == piece else { throw OtherBytes() }
                    }
                    rounds.withLock { $0[pair] += 1 }
                    // A hundred conversations a second among all pairs: more than a debug build can begin would wait in the
                    // system's queue, where nobody is fair.
                    let pause = Double(rounds.withLock { $0.count }) * Double.random(in: 5...15, using: &random)
                    try await Task.sleep(for: .milliseconds(pause))
                }
            }
        }

        private struct Issuer: Decodable {
            let name: String
            let role: String
            let state: String
        }

        private static func issuers(_ text: String) throws -> [Issuer] {
            try text.split(separator: "\n").map { try JSONDecoder().decode(Issuer.self, from: Data($0.utf8)) }
        }

        /// A verb that is refused until the ends have confirmed: they do so within moments.
        private static func eventually(_ home: String, _ verb: String, _ name: String) async throws {
            let clock = ContinuousClock()
            let end = clock.now + Ends.patience
            let program = try BuiltProgram.path("symbolon")
            var last = try run(program, ["authority", verb, name, "--home", home])
            while last.status != 0, clock.now < end {
                #expect(last.err.contains("not confirmed"), "\(last.err)")
                try await clock.sleep(for: .milliseconds(100))
                last = try run(program, ["authority", verb, name, "--home", home])
            }
            #expect(last.status == 0, "\(verb): \(last.err)")
        }

        /// Everybody changes over to what is active now, and the one before is retired.
        private static func changeOver(
            _ machine: Machine, from old: [Issuer], _ protect: Ends, _ reach: Ends, _ talk: Talk
        ) async throws {
            let before = (protect.count, reach.count)
            try machine.done("identity", "renew", "web")
            try machine.done("identity", "renew", "laptop")
            try await protect.event("identity", after: before.0) { $0["change"] == "replaced" }
            try await reach.event("identity", after: before.1) { $0["change"] == "replaced" }
            // What was begun with the old ones is said to its end.
            try await talk.turn()
            for one in old { try await eventually(machine.home, "retire", one.name) }
        }

        @Test(
            "W09: an issuing authority and a root are rolled over: no honest handshake fails, and nobody comes in by the old"
        )
        func rollover() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let reach = try await machine.reach("--as", "laptop")
            let old = try machine.export("laptop", to: "old")
            let first = try Self.issuers(machine.done("authority", "list", "--json"))
            let talk = Talk(pairs: Self.pairs)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for pair in 0..<Self.pairs { group.addTask { try await talk.talk(through: reach.port, as: pair) } }
                group.addTask {
                    defer { talk.stop() }
                    // The issuing authority.
                    let next = try Self.issuers(machine.done("authority", "prepare", "--json"))
                    try await Self.eventually(machine.home, "activate", next[0].name)
                    try await Self.changeOver(
                        machine, from: first.filter { $0.role == "issuing" }, protect.ends, reach.ends, talk)
                    // And the root, with what is below it.
                    let root = try Self.issuers(machine.done("authority", "prepare", "--root", "--json"))
                    try await Self.eventually(machine.home, "activate", root[0].name)
                    try await Self.changeOver(
                        machine, from: first.filter { $0.role == "root" }, protect.ends, reach.ends, talk)
                }
                try await group.waitForAll()
            }
            let handshakes = talk.handshakes
            #expect(handshakes >= Self.pairs)
            #expect(protect.ends.events.allSatisfy { $0["event_type"] != "refused" })
            #expect(reach.ends.events.allSatisfy { $0["event_type"] != "refused" })
            let now = try Self.issuers(machine.done("authority", "list", "--json"))
            #expect(now.map(\.state) == ["retired", "retired", "retired", "active", "active"])
            // Whoever kept something of the old one is let in no more.
            let stray = try Ends([
                "reach", "web", "--listen", "127.0.0.1:0", "--certificate", old.chain, "--key", old.key, "--anchors",
                try machine.export("laptop", to: "new").anchors, "--at", "127.0.0.1:\(protect.port)",
                "--revocation", "best-effort:a test", "--home", machine.folder.file("nowhere"),
            ])
            let port = try await stray.listening()
            let refused = protect.ends.count
            let socket = try await Socket.connect(port)
            await socket.offer([1])
            try await protect.ends.event("refused", after: refused)
            #expect(try await protect.ends.stop().number("accepted") == handshakes)
        }

        private static func done(_ home: String, _ words: String...) throws -> String {
            let result = try run(try BuiltProgram.path("symbolon"), words + ["--home", home])
            try #require(result.status == 0, "\(words.joined(separator: " ")): \(result.out)\(result.err)")
            return result.out
        }

        private static func greets(_ port: Int) async throws {
            _ = try await Socket.echoed(port)
        }

        @Test(
            "a paired machine takes up a new root while its door is open, renews below it, and comes back after the old is gone"
        )
        func paired() async throws {
            let (folder, backend) = (try TemporaryFolder(), try Backend())
            let authority = try await InvitingAuthority("laptop", in: folder)
            let (home, machine) = (authority.home, folder.file("machine"))
            let protect = try Ends([
                "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--allow", "laptop",
                "--home", home, "--json",
            ])
            let service = try await protect.listening()
            let door = [
                "reach", "web", "--listen", "127.0.0.1:0", "--at", "127.0.0.1:\(service)", "--home", machine, "--json",
            ]
            let reach = try Ends(door + ["--pair", authority.place])
            let port = try await reach.listening()
            try await Self.greets(port)
            let first = try Self.issuers(Self.done(home, "authority", "list", "--json"))
            let made = try Self.issuers(Self.done(home, "authority", "prepare", "--root", "--json"))
            // The machine confirms over the network: until it has, this is refused.
            try await Self.eventually(home, "activate", made[0].name)
            try await Self.greets(port)
            let before = (protect.count, reach.count)
            _ = try Self.done(home, "identity", "renew", "web", "administrator")
            _ = try Self.done(machine, "identity", "renew", "laptop")
            try await protect.event("identity", after: before.0) { $0["change"] == "replaced" }
            try await reach.event("identity", after: before.1) { $0["change"] == "replaced" }
            try await Self.eventually(home, "retire", try #require(first.first { $0.role == "root" }).name)
            try await Self.greets(port)
            _ = try await reach.stop()
            // A start with what was heard: the root that it was paired with is believed no more.
            let again = try Ends(door)
            try await Self.greets(try await again.listening())
            #expect(protect.events.allSatisfy { $0["event_type"] != "refused" })
        }

        @Test("what was compromised is taken back when its holders have changed over, while they talk")
        func compromised() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let reach = try await machine.reach("--as", "laptop")
            let first = try Self.issuers(machine.done("authority", "list", "--json"))
            let name = try #require(first.first { $0.role == "issuing" }).name
            let talk = Talk(pairs: 4)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for pair in 0..<4 { group.addTask { try await talk.talk(through: reach.port, as: pair) } }
                group.addTask {
                    defer { talk.stop() }
                    // It returns when it is over: both ends renew by themselves, long before the time is.
                    let text = try machine.done("authority", "compromised", name, "--within", "30s", "--json")
                    let last = try #require(try Self.issuers(text).last)
                    #expect(last.state == "retired")
                }
                try await group.waitForAll()
            }
            #expect(talk.handshakes > 0)
            #expect(protect.ends.events.allSatisfy { $0["event_type"] != "refused" })
            #expect(reach.ends.events.allSatisfy { $0["event_type"] != "refused" })
        }
    }
}
