import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("A revoked identity is refused at every kind of listener, and nothing that it kept lets it in")
    struct ARevokedIdentityIsRefusedEverywhere {
        /// What a client of OpenSSL's hears, as whom it has files.
        private struct Client {
            let files: (chain: String, key: String, anchors: String)
            let session: String

            /// - Parameter port: of something that speaks TLS first.
            func connect(_ port: Int, resuming: Bool = false) throws -> String {
                let words = [
                    "openssl", "s_client", "-connect", "127.0.0.1:\(port)", "-cert", files.chain, "-cert_chain",
                    files.chain, "-key", files.key, "-CAfile", files.anchors, "-sess_out", session,
                ]
                let kept = resuming && FileManager.default.fileExists(atPath: session) ? ["-sess_in", session] : []
                // Its input stays open until it has heard what there is to hear.
                let ran = try SymbolonTestSupport.run(
                    "/bin/sh", ["-c", "(printf 'hello\\n'; sleep 1) | timeout 20 \"$@\"", "sh"] + words + kept)
                return ran.out + ran.err
            }
        }

        @Test("R10: protect, run, a door and the authority's own port refuse it; before, each let it in")
        func everywhere() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let served = try machine.start("up", "--listen", "127.0.0.1:0", "--name", "127.0.0.1")
            let listening = try await served.event("authority") { $0["change"] == "listening" }
            let api = try #require(listening["address"]?.split(separator: ":").last.flatMap { Int($0) })
            try machine.done("identity", "issue", "laptop", "--profile", "client")
            let client = Client(
                files: try machine.export("laptop", to: "laptop"), session: machine.folder.file("session"))
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let file = try machine.folder.write(
                """
                home: \(machine.home)
                protect:
                  - {name: api, listen: "127.0.0.1:0", to: "127.0.0.1:\(backend.port)", allow: [laptop]}
                """, to: "run.yaml")
            let run = try Ends(["run", "--config", file, "--json"])
            let ports = [protect.port, try await run.listening(), api]
            let reach = try await machine.reach("--as", "laptop")
            for port in ports {
                let heard = try client.connect(port)
                #expect(heard.contains("Verify return code: 0") && !heard.contains("alert"), "\(port): \(heard)")
            }
            _ = try await Socket.echoed(reach.port)

            #expect(try machine.done("identity", "revoke", "laptop").contains("4 of 4 ends confirmed"))
            for port in ports {
                let heard = try client.connect(port)
                #expect(heard.contains("alert certificate revoked"), "\(port): \(heard)")
            }
            // A door refuses its service in the same way.
            try machine.done("identity", "issue", "phone", "--profile", "client")
            let other = try await machine.reach("--as", "phone")
            try machine.done("identity", "revoke", "web")
            let refused = try await Socket.connect(other.port)
            #expect(try await refused.readToEnd().bytes.isEmpty)
            let event = try await other.ends.event("refused")
            #expect(event["reason"] == "revoked" && event["alert"] == "certificate_revoked")
        }

        @Test("T03: a client that keeps whatever a session gave it resumes nothing, before its revocation and after")
        func resumption() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            try machine.done("identity", "issue", "laptop", "--profile", "client")
            let client = Client(
                files: try machine.export("laptop", to: "laptop"), session: machine.folder.file("session"))
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            for _ in 0..<2 {
                let heard = try client.connect(protect.port, resuming: true)
                #expect(heard.contains("New, TLSv1.3") && !heard.contains("Reused,"), "\(heard)")
                #expect(!heard.contains("alert"), "\(heard)")
            }
            try machine.done("identity", "revoke", "laptop")
            let bytes = backend.bytes
            let heard = try client.connect(protect.port, resuming: true)
            #expect(heard.contains("alert certificate revoked") && !heard.contains("Reused,"), "\(heard)")
            #expect(backend.bytes == bytes)
            #expect(try await protect.ends.event("refused")["reason"] == "revoked")
        }
    }
}
