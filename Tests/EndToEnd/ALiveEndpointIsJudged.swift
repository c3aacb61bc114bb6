import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("verify --connect: what an endpoint proved, and what it asks")
    struct ALiveEndpointIsJudged {
        /// OpenSSL's server, with the papers of `web`.
        private final class OpenSSLServer: Sendable {
            let port: Int
            private let program: RunningProgram

            init(_ papers: Papers, _ options: [String]) async throws {
                // Port 0: it says where it listens.
                let program = try RunningProgram(
                    ["/usr/bin/openssl", "s_server", "-accept", "127.0.0.1:0"] + papers.options + options,
                    inputStaysOpen: true)
                let port = await program.lines.first(after: 0, within: Ends.patience) { line in
                    line.hasPrefix("ACCEPT") ? line.split(separator: ":").last.flatMap { Int($0) } : nil
                }
                self.port = try #require(port, "\(program.complaints.text)")
                self.program = program
            }
        }

        private static func verify(_ machine: Machine, _ port: Int, _ words: String...) throws -> ProgramRun {
            try SymbolonTestSupport.run(
                BuiltProgram.path("symbolon"),
                ["verify", "--connect", "127.0.0.1:\(port)", "--home", machine.home] + words)
        }

        /// Until the other side hangs up.
        private static func listen(to socket: Socket) {
            while let bytes = try? socket.readNow(), !bytes.isEmpty { continue }
        }

        @Test(
            "OpenSSL's server: the version, and whether it needs a certificate",
            arguments: ["-tls1_3", "-tls1_2"], [[], ["-verify", "2"], ["-Verify", "2"]])
        func openssl(_ version: String, _ asking: [String]) async throws {
            let machine = try Machine()
            let web = try Wardrobe(machine).issued("web", "service")
            let server = try await OpenSSLServer(web, [version] + asking)
            let answer = try Self.verify(machine, server.port, "--json", "--name", "spiffe://example.internal/web")
            #expect(answer.status == 0, "\(answer.out)\(answer.err)")
            let object = try JSONSerialization.jsonObject(with: Data(answer.out.utf8)) as? [String: Any]
            #expect(object?["verdict"] as? String == "accepted")
            #expect(object?["identity"] as? String == "spiffe://example.internal/web")
            let endpoint = try #require(object?["endpoint"] as? [String: Any])
            let demand = asking.first.map { $0 == "-verify" ? "optional" : "required" } ?? "none"
            #expect(endpoint["certificate"] as? String == demand, "\(endpoint)")
            #expect(((endpoint["signatureAlgorithms"] as? [String])?.isEmpty == true) == asking.isEmpty, "\(endpoint)")
            // A TLS 1.2 server that needs a certificate ends the handshake, and so agrees on nothing.
            if version == "-tls1_3" || demand != "required" {
                #expect(endpoint["version"] as? String == (version == "-tls1_3" ? "TLS 1.3" : "TLS 1.2"))
                // TLS 1.2 does not bind the curve to the signature.
                let signature = version == "-tls1_3" ? "ecdsa_secp256r1_sha256" : "ecdsa_sha256"
                #expect(endpoint["signature"] as? String == signature)
            }
        }

        @Test("our own end: it needs a certificate of its authority, and takes ours")
        func protect() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            try machine.done("identity", "issue", "laptop", "--profile", "client")
            let asked = try Self.verify(machine, protect.port, "--name", "spiffe://example.internal/web")
            #expect(asked.status == 0, "\(asked.out)\(asked.err)")
            #expect(asked.out.contains("Accepted: spiffe://example.internal/web\n"))
            #expect(asked.out.contains("TLS 1.3, X25519MLKEM768, TLS_"), "\(asked.out)")
            #expect(asked.out.contains("needed: without one, "), "\(asked.out)")
            #expect(asked.out.contains("certificate_required"), "\(asked.out)")
            let taken = try Self.verify(
                machine, protect.port, "--name", "spiffe://example.internal/web", "--identity", "laptop")
            #expect(taken.status == 0, "\(taken.out)\(taken.err)")
            #expect(taken.out.contains("asked for, and ours was taken"), "\(taken.out)")
            _ = try await protect.ends.stop()
        }

        @Test("X01, T11: a false endpoint is refused with its reason")
        func falseEndpoint() async throws {
            let wardrobe = try Wardrobe(try Machine())
            let web = try wardrobe.issued("web", "service")
            let server = try await OpenSSLServer(web, [])
            let other = try Self.verify(wardrobe.machine, server.port, "--name", "spiffe://example.internal/ledger")
            #expect(other.status == 1)
            #expect(other.out.contains("it is not spiffe://example.internal/ledger"), "\(other.out)")
            // Without a name it has to be the one that was connected to.
            let unnamed = try Self.verify(wardrobe.machine, server.port)
            #expect(unnamed.out.contains("it is not ip:127.0.0.1"), "\(unnamed.out)")
            let revoked = try await OpenSSLServer(try wardrobe.revoked("web", "service"), [])
            let refused = try Self.verify(wardrobe.machine, revoked.port, "--name", "spiffe://example.internal/web")
            #expect(refused.status == 1)
            #expect(refused.out.contains("revoked on"), "\(refused.out)")
        }

        @Test("where nobody shakes hands it ends with 2, and says why")
        func nobody() async throws {
            let machine = try Machine()
            func answer(_ address: String) throws -> ProgramRun {
                try SymbolonTestSupport.run(
                    BuiltProgram.path("symbolon"), ["verify", "--connect", address, "--home", machine.home])
            }
            let closed = try ClosedPort.make()
            let refused = try answer("127.0.0.1:\(closed)")
            #expect(refused.status == 2)
            #expect(refused.err.contains("Connection refused"), "\(refused.err)")

            let unknown = try answer("no.such.host.invalid:443")
            #expect(unknown.status == 2)
            #expect(unknown.err.contains("cannot be reached"), "\(unknown.err)")

            let plain = try ListeningSocket()
            plain.start { socket in
                try? socket.writeNow(Array("220 mail.example ready\r\n".utf8))
                Self.listen(to: socket)
            }
            let text = try answer("127.0.0.1:\(plain.port)")
            #expect(text.status == 2)
            #expect(text.err.contains("the peer does not speak TLS"), "\(text.err)")

            let silent = try ListeningSocket()
            silent.start { Self.listen(to: $0) }
            let waited = try answer("127.0.0.1:\(silent.port)")
            #expect(waited.status == 2)
            #expect(waited.err.contains("did not finish its handshake within 5000 ms"), "\(waited.err)")

            #expect(try answer("nowhere").status == 2)
        }
    }
}
