import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("why says what each end checked of a connection, which check failed, and the mend")
    struct BothEndsSayWhy {
        @Test("from the running ends of a home, by the connection's name or by its address")
        func running() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let reach = try await machine.reach("--as", "laptop")
            let client = try await Socket.echoed(reach.port)
            let accepted = try await protect.ends.event("accepted")
            let name = "protect/web/\(accepted.number("id") ?? 0)"
            let story = try machine.done("why", name)
            for part in [
                name, "reach/web/", "✓ revocation", "good", "rule: spiffe://example.internal/laptop", "RFC 8446",
            ] {
                #expect(story.contains(part), "\(part): \(story)")
            }
            #expect(!story.contains("✗"))
            #expect(try machine.done("why", accepted["address"] ?? "") == story)

            try machine.done("identity", "revoke", "laptop")
            _ = try await client.readToEnd()
            try await protect.ends.event("closed")
            let ended = try machine.done("why", name)
            #expect(ended.contains("✗ ended") && ended.contains("revoked") && ended.contains("certificate_revoked"))

            _ = try await Socket.connect(reach.port).readToEnd()
            let refused = try await protect.ends.event("refused")
            let refusal = try machine.done("why", "protect/web/\(refused.number("id") ?? 0)")
            for part in ["✓ handshake", "✗ verification", "revoked", "· policy", "do: "] {
                #expect(refusal.contains(part), "\(part): \(refusal)")
            }
            #expect(try machine.run("why", "protect/web/4711").status == 2)
            _ = try await reach.ends.stop()
            _ = try await protect.ends.stop()
        }

        @Test("from the lines that ends wrote, when they run no more; and what is not there is said")
        func written() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let reach = try await machine.reach("--as", "laptop")
            let client = try await Socket.echoed(reach.port)
            client.endOutput()
            _ = try await client.readToEnd()
            let closed = try await protect.ends.event("closed")
            let name = "protect/web/\(closed.number("id") ?? 0)"
            let other = try await reach.ends.event("closed")
            _ = try await reach.ends.stop()
            _ = try await protect.ends.stop()
            let one = try machine.folder.write(closed.description + "\n{\"event_type\": 1}\nnoise\n", to: "one")
            let two = try machine.folder.write(other.description + "\n", to: "two")
            #expect(try machine.run("why", name).status == 2)
            let alone = try machine.done("why", name, "--log", one)
            #expect(alone.contains("both sides had sent all they had") && alone.contains("is not here"))
            let both = try machine.done("why", name, "--log", one, "--log", two)
            #expect(both.contains("reach/web/") && !both.contains("is not here"), "\(both)")
        }
    }
}
