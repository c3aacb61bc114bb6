import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("An end gives up what it does not need, and does its work without it")
    struct AnEndGivesUpItsRights {
        private func protect(_ machine: Machine, _ backend: Backend, _ more: String...) throws -> Ends {
            try Ends(
                [
                    "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--allow",
                    "laptop",
                    "--home", machine.home,
                ] + more)
        }

        /// Of /proc/PID/status.
        private func status(_ process: Int) throws -> [String: String] {
            let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
                let sides = line.split(separator: ":", maxSplits: 1)
                return sides.count == 2 ? (String(sides[0]), sides[1].trimmingCharacters(in: .whitespaces)) : nil
            }
            return Dictionary(pairs, uniquingKeysWith: { $1 })
        }

        private func echoes(_ port: Int) async throws {
            let client = try await Socket.connect(port)
            try await client.write([1])
            #expect(try await client.read(1) == [1])
            client.endOutput()
            #expect(try await client.readToEnd().isReset == false)
        }

        @Test(
            "confined, it issues its identity, serves, reloads its rules, and is taken over by another that is confined"
        )
        func works() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let policy = try machine.folder.write("rules:\n  - {allow: one, from: laptop}\n", to: "policy.yaml")
            let first = try protect(machine, backend, "--confine", "--policy", policy)
            #expect(try await first.event("confined").number("landlock") ?? 0 >= 1)
            let port = try await first.listening()
            let reach = try await machine.reach("--as", "laptop", "--confine")
            try await echoes(reach.port)
            let live = try machine.done("connections", "--json")
            #expect(live.isEmpty)
            try machine.folder.write("rules:\n  - {allow: two, from: laptop}\n", to: "next.yaml")
            _ = unsafe rename(machine.folder.file("next.yaml"), policy)
            try await first.event("policy")
            try machine.done("identity", "renew", "web")
            try await first.event("identity") { $0["change"] == "renewed" || $0["change"] == "replaced" }
            let second = try protect(machine, backend, "--confine", "--policy", policy, "--take-over")
            #expect(try await second.listening() == port)
            try await second.event("tookOver")
            #expect(try await first.ended().status == 0)
            try await echoes(reach.port)
            try await second.event("accepted") { $0["rule"] == "two" }
            for ends in [second, reach.ends] { _ = try await ends.stop() }
        }

        @Test("what is named may be read, and nothing else", arguments: [true, false])
        func files(_ confined: Bool) async throws {
            let (machine, backend, elsewhere) = (try Machine(), try Backend(), try TemporaryFolder())
            let policy = try machine.folder.write("rules:\n  - {allow: one, from: laptop}\n", to: "policy.yaml")
            let secret = try elsewhere.write("rules:\n  - {allow: secret, from: laptop}\n", to: "secret.yaml")
            let ends = try protect(machine, backend, "--policy", policy, confined ? "--confine" : "--json")
            _ = try await ends.listening()
            try FileManager.default.createSymbolicLink(
                atPath: machine.folder.file("link.yaml"), withDestinationPath: secret)
            _ = unsafe rename(machine.folder.file("link.yaml"), policy)
            try await ends.event(confined ? "policyRefused" : "policy")
            _ = try await ends.stop()
        }

        @Test("no privilege, no new one, and no program is executed: by the kernel's word")
        func kernel() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let ends = try protect(machine, backend, "--confine")
            _ = try await ends.listening()
            let process = try #require(try live(machine))
            let status = try status(process)
            #expect(status["NoNewPrivs"] == "1" && status["Seccomp"] == "2")
            for set in ["CapPrm", "CapEff", "CapAmb"] { #expect(status[set] == "0000000000000000", "\(set)") }
            _ = try await ends.stop()
        }

        @Test(
            "root becomes the user that is named, of no other group", .enabled(if: geteuid() == 0, "only root can"))
        func user() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            try #require(try run("/bin/chmod", ["755", machine.folder.path]).status == 0)
            try #require(try run("/bin/chown", ["-R", "nobody", machine.home]).status == 0)
            let ends = try protect(machine, backend, "--user", "nobody", "--confine")
            let user = try #require(try await ends.event("confined").number("user"))
            #expect(user != 0)
            _ = try await ends.listening()
            let process = try #require(try live(machine))
            let status = try status(process)
            #expect(status["Uid"]?.split(separator: "\t").allSatisfy { $0 == "\(user)" } == true)
            #expect(status["Groups"]?.isEmpty == true && status["CapBnd"] == "0000000000000000")
            _ = try await ends.stop()
        }

        @Test(
            "root is told that it goes on as root, unless it has said so", .enabled(if: geteuid() == 0, "only root is"))
        func keepsRoot() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let ends = try protect(machine, backend)
            #expect(try await ends.event("unconfined")["do"]?.contains("--user") == true)
            _ = try await ends.stop()
            let named = try protect(machine, backend, "--user", "root")
            #expect(try await named.event("confined").number("user") == 0)
            _ = try await named.listening()
            #expect(named.events.allSatisfy { $0["event_type"] != "unconfined" })
            _ = try await named.stop()
        }

        @Test("nobody of that name, and a variable that says what is not so, start nothing")
        func refused() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let nobody = try await protect(machine, backend, "--user", "no-such-user").ended()
            #expect(nobody.status == 78 && nobody.complaint.contains("there is no user no-such-user"))
            let lied = try machine.start(
                "protect", "web", "--to", "127.0.0.1:9", by: ["/usr/bin/env", "SYMBOLON_CONFINED=all"])
            let ended = try await lied.ended()
            #expect(ended.status == 78 && ended.complaint.contains("is not confined"), "\(ended)")
        }

        /// The process that answers for the home.
        private func live(_ machine: Machine) throws -> Int? {
            let running = try run("/usr/bin/pgrep", ["-f", "protect web .*--home \(machine.home)"])
            return running.out.split(separator: "\n").first.flatMap { Int($0) }
        }
    }
}
