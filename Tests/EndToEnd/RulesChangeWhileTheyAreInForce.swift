import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("Rules change while they are in force")
    struct RulesChangeWhileTheyAreInForce {
        private static let people = """
            rules:
              - allow: laptops and tills
                from: [laptop, till]
            """

        @Test("Z01: a file that is no policy changes nothing and is loud; one that is closes what it no longer allows")
        func changed() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let file = try machine.folder.write(Self.people, to: "policy.yaml")
            let protect = try await machine.protect(to: backend, "--policy", file)
            let reach = try await machine.reach("--as", "laptop")
            let client = try await Socket.echoed(reach.port)
            #expect(try await protect.ends.event("accepted")["rule"] == "laptops and tills")

            for text in ["", "rules: [", "rules:\n  - alow: everybody\n", "rules:\n  - allow: x\n    form: web\n"] {
                try machine.folder.write(text, to: "policy.yaml")
            }
            let refused = try await protect.ends.event("policyRefused")
            #expect(refused["file"] == file)
            try await client.write([2])
            #expect(try await client.read(1) == [2])

            // The honest twin: another policy, under which it lives on.
            try machine.folder.write(Self.people.replacing("tills", with: "all tills"), to: "policy.yaml")
            _ = try await protect.ends.event("policy") { $0.number("rules") == 1 }
            try await client.write([3])
            #expect(try await client.read(1) == [3])

            try machine.folder.write(Self.people.replacing("[laptop, till]", with: "till"), to: "policy.yaml")
            let closed = try await protect.ends.event("closed")
            #expect(closed["reason"] == "policy" && closed["alert"] == "access_denied")
            _ = try await client.readToEnd()
            #expect(backend.connections == 1)
            _ = try await reach.ends.stop()
            _ = try await protect.ends.stop()
        }

        @Test("Z01: a policy that cannot be read, is empty or has an unknown word starts nothing")
        func atStart() async throws {
            let machine = try Machine()
            for text in ["", "rules: [", "rules:\n  - allow: x\n    form: web\n"] {
                let file = try machine.folder.write(text, to: "policy.yaml")
                let ends = try machine.start(
                    "protect", "web", "--to", "127.0.0.1:1", "--listen", "127.0.0.1:0", "--policy", file)
                let ended = try await ends.ended()
                #expect(ended.status == 78 && ended.complaint.contains("so nothing was started"), "\(ended.complaint)")
                #expect(!ends.events.contains { $0["event_type"] == "listening" })
            }
        }

        @Test("a door's rules are asked of its service")
        func door() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let file = try machine.folder.write(
                "rules:\n  - allow: another service\n    from: ledger\n", to: "door.yaml")
            let reach = try await machine.reach("--as", "laptop", "--policy", file)
            let (bytes, _) = try await Socket.connect(reach.port).readToEnd()
            #expect(bytes.isEmpty)
            #expect(try await reach.ends.event("refused")["reason"] == "policy")
            _ = try await reach.ends.stop()
            _ = try await protect.ends.stop()
        }
    }
}
