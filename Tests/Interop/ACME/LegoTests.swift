import Foundation
import SymbolonTestSupport
import Testing

extension ACMEClients {
    @Suite("lego") struct Lego {
        private let scene: ACMEScene

        init() async throws { scene = try await ACMEScene() }

        private func lego(_ options: [String], _ verb: [String], _ environment: [String: String] = [:]) async throws {
            try await scene.done(
                "/usr/bin/lego",
                [
                    "--server", scene.directory, "--accept-tos", "--email", "ops@example.internal", "--path",
                    scene.folder.file("lego"),
                ] + options + verb, environment)
        }

        private func chain(_ name: String) -> String { scene.folder.file("lego/certificates/\(name).crt") }

        /// Registers, orders, renews and revokes.
        private func life(_ options: [String], _ name: String, _ environment: [String: String] = [:]) async throws {
            let options = options + ["-d", name]
            try await lego(options, ["run"], environment)
            try await scene.expectGood(chain(name), ["DNS:\(name)"])
            let first = try await scene.serial(chain(name))
            try await lego(options, ["renew", "--days", "90", "--no-random-sleep"], environment)
            #expect(try await scene.serial(chain(name)) != first)
            try await lego(["-d", name], ["revoke", "--keep"])
            #expect(try await scene.isRevoked(chain(name)))
        }

        @Test("http-01") func http() async throws {
            try await life(["--http", "--http.port", "127.0.0.1:\(scene.httpPort)"], "lego.example.internal")
        }

        /// lego knows RFC 8738 from version 4.10 on; this one sends an address as a DNS name.
        @Test("an address in the place of a DNS name is refused, and nothing is issued (RFC 8738 §3)")
        func address() async throws {
            let run = try await scene.run(
                "/usr/bin/lego",
                [
                    "--server", scene.directory, "--accept-tos", "--email", "ops@example.internal", "--path",
                    scene.folder.file("lego"), "--http", "--http.port", "127.0.0.1:\(scene.httpPort)", "-d",
                    "127.0.0.1",
                    "run",
                ])
            #expect(run.status != 0)
            #expect(run.err.contains("urn:ietf:params:acme:error:"), "\(run.err)")
            #expect(!FileManager.default.fileExists(atPath: chain("127.0.0.1")))
        }

        @Test("tls-alpn-01") func tls() async throws {
            try await life(["--tls", "--tls.port", "127.0.0.1:\(scene.tlsPort)"], "lego.example.internal")
        }

        @Test("dns-01") func dns() async throws {
            let hook = try scene.script(
                "hook",
                """
                case $1 in
                present) printf '%s\\n' "$3" >> "$RECORDS/${2%.}" ;;
                cleanup) rm -f "$RECORDS/${2%.}" ;;
                esac
                """)
            try await life(
                ["--dns", "exec", "--dns.disable-cp", "--dns.resolvers", scene.nameServer], "lego.example.internal",
                ["EXEC_PATH": hook, "EXEC_SEQUENCE_INTERVAL": "1"])
        }
    }
}
