import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("Z03: what rests on a signal of a machine ends when nobody says it any more")
    struct AReporterStops {
        private static let rules = "rules:\n  - {allow: healthy laptops, from: laptop, posture: healthy}\n"

        @Test("Z03: let in while it is reported, closed when it lapses, and within a second; said again, it lives on")
        func lapses() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let policy = try machine.folder.write(Self.rules, to: "policy.yaml")
            let protect = try await machine.protect(to: backend, "--policy", policy)
            let reach = try await machine.reach("--as", "laptop")
            // Nobody has said so.
            _ = try? await Socket.connect(reach.port).readToEnd()
            let refused = try await protect.ends.event("refused")
            #expect(refused["explanation"]?.contains("no rule allows it") == true)

            let report = [
                "policy", "posture", "report", "laptop", "--signal", "healthy", "--home", machine.home, "--for",
            ]
            func said(_ span: String) throws {
                try #require(try run(BuiltProgram.path("symbolon"), report + [span]).status == 0)
            }
            try said("5s")
            let client = try await Socket.connect(reach.port)
            try await client.write([1])
            #expect(try await client.read(1) == [1])
            let accepted = try await protect.ends.event("accepted")
            #expect(accepted.description.contains(#""posture":{"healthy":"#))
            // Said again in time, it goes on past the first end.
            try said("8s")
            let listed = try machine.done("policy", "posture", "list", "--json")
            let until = try #require(listed.split(separator: "\n").first.flatMap { Event(String($0))?["until"] })
            // The reporter has stopped.
            _ = try await client.readToEnd()
            let closed = try await protect.ends.event("closed")
            #expect(closed["reason"] == "policy" && closed["explanation"]?.contains("has lapsed") == true, "\(closed)")
            let (end, at) = (try Self.date(until), try Self.date(try #require(closed["at"])))
            // Times of lines are of whole seconds.
            #expect((-1...2).contains(at.timeIntervalSince(end)), "\(closed) \(until)")
            _ = try await reach.ends.stop()
            _ = try await protect.ends.stop()
        }

        @Test("withdrawn, it ends at once; nonsense is refused; another peer's signal is not this one's")
        func withdrawn() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let policy = try machine.folder.write(Self.rules, to: "policy.yaml")
            let words = [
                "policy", "posture", "report", "phone", "--signal", "healthy", "--for", "1h", "--home", machine.home,
            ]
            #expect(try run(BuiltProgram.path("symbolon"), words).status == 2)
            let protect = try await machine.protect(to: backend, "--policy", policy)
            let reach = try await machine.reach("--as", "laptop")
            #expect(try run(BuiltProgram.path("symbolon"), words).status == 0)
            _ = try? await Socket.connect(reach.port).readToEnd()
            try await protect.ends.event("refused")
            try machine.done("policy", "posture", "report", "laptop", "--signal", "healthy", "--for", "1h")
            let client = try await Socket.connect(reach.port)
            try await client.write([1])
            #expect(try await client.read(1) == [1])
            try machine.done("policy", "posture", "withdraw", "laptop", "--signal", "healthy")
            _ = try await client.readToEnd()
            #expect(try await protect.ends.event("closed")["reason"] == "policy")
            for nonsense in [["--signal", "Not A Word", "--for", "1h"], ["--signal", "healthy", "--for", "2d"]] {
                let refused = try run(
                    BuiltProgram.path("symbolon"),
                    ["policy", "posture", "report", "laptop", "--home", machine.home] + nonsense)
                #expect(refused.status == 2, "\(refused.err)")
            }
            _ = try await reach.ends.stop()
            _ = try await protect.ends.stop()
        }

        @Test(
            "Z03: what the authority is told holds at its own ends and at those of a paired machine within a second, for what is connected too; with nobody of the authority there it is still known after a restart"
        )
        func everywhere() async throws {
            let scene = try await TwoNodes()
            let backend = try Backend()
            let policy = try scene.folder.write(Self.rules, to: "policy.yaml")
            func protect(_ home: String) throws -> Ends {
                try Ends([
                    "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--home", home,
                    "--policy", policy, "--json",
                ])
            }
            func said(_ words: String...) throws {
                let ran = try scene.run(
                    ["policy", "posture"] + words + ["laptop", "--signal", "healthy", "--all-ends"])
                try #require(ran.status == 0, "\(ran.out)\(ran.err)")
            }
            var paired = try protect(scene.machine)
            let local = try protect(scene.homes[1])
            for end in [paired, local] {
                #expect(try await scene.isRefused("laptop", at: try await end.listening()))
            }
            try said("report", "--for", "1h")
            let open = try await scene.comesIn("laptop", at: try await paired.listening())
            _ = try await scene.comesIn("laptop", at: try await local.listening())
            try said("withdraw")
            // The other end of it is closed, and not by us.
            _ = try await open.readToEnd()
            #expect(try await paired.event("closed") { $0["reason"] == "policy" }["alert"] == "access_denied")

            try said("report", "--for", "1h")
            _ = try await scene.comesIn("laptop", at: try await paired.listening())
            _ = try await paired.stop()
            _ = try await local.stop()
            try await scene.kill(0)
            try await scene.kill(1)
            paired = try protect(scene.machine)
            _ = try await scene.comesIn("laptop", at: try await paired.listening())
            _ = try await paired.stop()
        }

        private static func date(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }
    }
}
