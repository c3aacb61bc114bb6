import Foundation
import SymbolonTestSupport
import Testing

extension ACMEClients {
    @Suite("Caddy") struct Caddy {
        private let scene: ACMEScene

        init() async throws { scene = try await ACMEScene() }

        @Test("it gets its certificate as it starts, and serves it", arguments: ["http-01", "tls-alpn-01"])
        func starts(kind: String) async throws {
            let name = "caddy.example.internal"
            let config = try scene.folder.write(
                """
                {
                    admin off
                    storage file_system \(scene.folder.file("caddy"))
                    http_port \(scene.httpPort)
                    https_port \(scene.tlsPort)
                    skip_install_trust
                    default_bind 127.0.0.1
                }
                \(name) {
                    tls {
                        issuer acme {
                            dir \(scene.directory)
                            trusted_roots \(scene.anchors)
                            \(kind == "http-01" ? "disable_tlsalpn_challenge" : "disable_http_challenge")
                            alt_http_port \(scene.httpPort)
                            alt_tlsalpn_port \(scene.tlsPort)
                        }
                    }
                    respond "proved"
                }
                """, to: "Caddyfile")
            let caddy = try RunningProgram([
                "/usr/bin/env", "HOME=\(scene.folder.path)", "caddy", "run", "--config", config, "--adapter",
                "caddyfile",
            ])
            let isObtained = await caddy.complaints.first(after: 0, within: .seconds(60)) { line -> Bool? in
                line.contains("certificate obtained successfully") ? true : nil
            }
            try #require(isObtained == true, "\(caddy.complaints.text.suffix(4000))")
            let page = try await scene.done(
                "/usr/bin/curl",
                [
                    "-sS", "--max-time", "20", "--retry", "5", "--retry-connrefused", "--cacert", scene.anchors,
                    "--resolve", "\(name):\(scene.tlsPort):127.0.0.1", "https://\(name):\(scene.tlsPort)/",
                ])
            #expect(page.out == "proved")
            caddy.signal(SIGTERM)
            _ = await caddy.ended(within: Ends.patience)
        }
    }
}
