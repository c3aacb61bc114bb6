import Foundation
import SymbolonCertificates
import SymbolonTestSupport
import Testing

extension RealPeers {
    @Suite("T28: where a hybrid key exchange is demanded, nothing falls back to a classical one")
    struct ClassicalPeers {
        private static let hybrid = "X25519MLKEM768"

        @Test("T28: a protected service refuses a client that has none, says why, and lets one in that has")
        func clients() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            for name in ["web", "laptop"] {
                try machine.done("identity", "issue", name, "--profile", name == "web" ? "service" : "client")
            }
            let papers = try machine.export("laptop", to: "laptop")
            let protect = try await machine.protect(to: backend, "--allow", "laptop", "--tls-1.3-hybrid")
            // Debian's OpenSSL is older than any hybrid group of its own.
            let classical = try await Socket.waiting {
                try run(
                    "/usr/bin/timeout",
                    [
                        "60", Tools.openssl, "s_client", "-connect", "127.0.0.1:\(protect.port)", "-cert", papers.chain,
                        "-key", papers.key, "-tls1_3",
                    ])
            }
            #expect((classical.out + classical.err).contains("alert handshake failure"), "\(classical.err)")
            let refused = try await protect.ends.event("refused")
            #expect(refused["reason"] == "noHybridKeyExchange" && refused["fault"] == "peer", "\(refused)")
            #expect(refused["stage"] == "handshake" && refused["explanation"]?.contains(Self.hybrid) == true)
            let number = try #require(refused.number("id"))
            let why = try machine.run("why", "protect/web/\(number)")
            #expect(why.out.contains(Self.hybrid) && why.out.contains("--tls-1.3-hybrid"), "\(why.out)\(why.err)")
            #expect(backend.connections == 0)
            // The honest twin: our own door, with nothing said, agrees on it.
            let reach = try await machine.reach("--as", "laptop")
            _ = try await Socket.echoed(reach.port)
            #expect(try await protect.ends.event("accepted")["group"] == Self.hybrid)
            let seen = try machine.run("verify", "--connect", "127.0.0.1:\(protect.port)")
            #expect(seen.out.contains(Self.hybrid), "\(seen.out)\(seen.err)")
            // And where it is not demanded, the same client comes in by what it has.
            let other = try await machine.protect(to: backend, "--allow", "laptop")
            _ = try await Socket.waiting {
                try run(
                    "/usr/bin/timeout",
                    [
                        "60", Tools.openssl, "s_client", "-connect", "127.0.0.1:\(other.port)", "-cert", papers.chain,
                        "-cert_chain", papers.chain,
                        "-key", papers.key, "-tls1_3",
                    ])
            }
            #expect(try await other.ends.event("accepted")["group"] == "X25519")
            for end in [protect, other, reach] { _ = try await end.ends.stop() }
        }

        @Test(
            "T28: a door that demands it sends nothing to a service that has none, and says why; without the demand it does"
        )
        func services() async throws {
            let wardrobe = try Wardrobe(try Machine())
            let machine = wardrobe.machine
            let papers = try wardrobe.papers(
                wardrobe.leaf("web", for: .serverAuth), signedBy: wardrobe.authority.issuing,
                beside: [wardrobe.authority.issuingDER])
            let server = try await TLSServer(papers)
            let text = [("demanding", ", tls: \"1.3-hybrid\""), ("content", "")].map { name, setting in
                "  - {name: \(name), listen: \"127.0.0.1:0\", at: \"127.0.0.1:\(server.port)\", as: laptop, expect: web\(setting)}"
            }
            let file = try machine.folder.write("reach:\n" + text.joined(separator: "\n") + "\n", to: "doors.yaml")
            let ends = try machine.start("run", "--config", file)
            let refusedClient = try await Socket.connect(try await ends.listening("demanding"))
            await refusedClient.offer(Array("a secret\n".utf8))
            #expect(try await refusedClient.readToEnd().bytes.isEmpty)
            let refused = try await ends.event("refused") { $0["service"] == "demanding" }
            #expect(refused["reason"] == "noHybridKeyExchange" && refused["fault"] == "unclear", "\(refused)")
            #expect(refused["explanation"]?.contains("handshake_failure") == true, "\(refused)")
            let client = try await Socket.connect(try await ends.listening("content"))
            try await client.write(Array("a question\n".utf8))
            #expect(await server.receives("a question"))
            #expect(!server.hasReceived("a secret"))
            #expect(try await ends.event("accepted") { $0["service"] == "content" }["group"] == "X25519")
        }
    }
}
