import Foundation
import SymbolonTestSupport
import Testing

extension ACMEClients {
    /// Caddy 2.6 keeps its certificates by itself, and revokes none: of its commands (`caddy help`) and of the endpoints of its
    /// API (https://caddyserver.com/docs/api) none does. Whoever has its key revokes with another client.
    @Suite("Caddy") struct Caddy {
        private let scene: ACMEScene

        init() async throws { scene = try await ACMEScene() }

        private func config(_ name: String, _ kind: String, isHurried: Bool) throws -> String {
            let challenges: [String: Any] = [
                "http": ["disabled": kind != "http-01", "alternate_port": scene.httpPort] as [String: Any],
                "tls-alpn": ["disabled": kind != "tls-alpn-01", "alternate_port": scene.tlsPort] as [String: Any],
            ]
            var policy: [String: Any] = [
                "subjects": [name],
                "issuers": [
                    [
                        "module": "acme", "ca": scene.directory, "trusted_roots_pem_files": [scene.anchors],
                        "challenges": challenges,
                    ] as [String: Any]
                ],
            ]
            var automation: [String: Any] = [:]
            if isHurried {
                // A certificate is to be renewed as soon as a ten-thousandth of its life is over.
                policy["renewal_window_ratio"] = 0.9999
                automation["renew_interval"] = "1s"
            }
            automation["policies"] = [policy]
            let route: [String: Any] = [
                "match": [["host": [name]]], "handle": [["handler": "static_response", "body": "proved"]],
            ]
            let server: [String: Any] = ["listen": ["127.0.0.1:\(scene.tlsPort)"], "routes": [route]]
            let whole: [String: Any] = [
                "admin": ["disabled": true],
                "storage": ["module": "file_system", "root": scene.folder.file("caddy")],
                "apps": [
                    "http": [
                        "http_port": scene.httpPort, "https_port": scene.tlsPort, "servers": ["one": server],
                    ] as [String: Any],
                    "tls": ["automation": automation],
                    "pki": ["certificate_authorities": ["local": ["install_trust": false]]],
                ] as [String: Any],
            ]
            let json = try JSONSerialization.data(withJSONObject: whole)
            return try scene.folder.write(String(decoding: json, as: UTF8.self), to: "caddy.json")
        }

        /// Runs it until the log says these words, and hands it on.
        private func run(
            _ name: String, _ kind: String, isHurried: Bool, until words: [String]
        ) async throws -> RunningProgram {
            let caddy = try RunningProgram([
                "/usr/bin/env", "HOME=\(scene.folder.path)", "caddy", "run", "--config",
                try config(name, kind, isHurried: isHurried),
            ])
            for word in words {
                let isSaid = await caddy.complaints.first(after: 0, within: .seconds(60)) { line -> Bool? in
                    line.contains(word) ? true : nil
                }
                try #require(isSaid == true, "\(word): \(caddy.complaints.text.suffix(4000))")
            }
            return caddy
        }

        private func end(_ caddy: RunningProgram) async {
            caddy.signal(SIGTERM)
            _ = await caddy.ended(within: Ends.patience)
        }

        /// Where it keeps the certificate, and the key beside it.
        private func kept(_ name: String) throws -> (chain: String, key: String) {
            let base = scene.folder.file("caddy/certificates")
            let issuer = try #require(try FileManager.default.contentsOfDirectory(atPath: base).first)
            return ("\(base)/\(issuer)/\(name)/\(name).crt", "\(base)/\(issuer)/\(name)/\(name).key")
        }

        private func page(_ name: String) async throws -> String {
            try await scene.done(
                "/usr/bin/curl",
                [
                    "-sS", "--max-time", "20", "--retry", "5", "--retry-connrefused", "--cacert", scene.anchors,
                    "--resolve", "\(name):\(scene.tlsPort):127.0.0.1", "https://\(name):\(scene.tlsPort)/",
                ]
            ).out
        }

        @Test(
            "it gets its certificate as it starts, renews it by itself, and serves it",
            arguments: ["http-01", "tls-alpn-01"])
        func life(kind: String) async throws {
            let name = "caddy.example.internal"
            try await life(kind, name, "DNS:\(name)")
        }

        /// By tls-alpn-01 it shows the address as a DNS name, which is not what RFC 8738 §6 says; later ones do not get through
        /// that way either (https://github.com/caddyserver/caddy/issues/7399).
        @Test("the same for an address (RFC 8738), by http-01")
        func address() async throws { try await life("http-01", "127.0.0.1", "IP Address:127.0.0.1") }

        private func life(_ kind: String, _ name: String, _ certified: String) async throws {
            let first = try await run(
                name, kind, isHurried: true,
                until: ["certificate obtained successfully", "certificate renewed successfully"])
            #expect(try await page(name) == "proved")
            await end(first)
            // What it kept is what it serves when it starts again, in no hurry.
            let second = try await run(name, kind, isHurried: false, until: ["serving initial configuration"])
            #expect(try await page(name) == "proved")
            await end(second)
            let (chain, key) = try kept(name)
            try await scene.expectGood(chain, [certified])
            #expect(!second.complaints.text.contains("certificate obtained successfully"))
            let issued = try scene.machine.done("identity", "list", "--all", "--json").split(separator: "\n")
            #expect(issued.count { $0.contains("/\(name)\"") } >= 2)

            let base = scene.folder.file("certbot")
            try await scene.done(
                "/usr/bin/certbot",
                [
                    "revoke", "--config-dir", base, "--work-dir", base, "--logs-dir", base, "--non-interactive",
                    "--server", scene.directory, "--cert-path", chain, "--key-path", key, "--no-delete-after-revoke",
                ])
            #expect(try await scene.isRevoked(chain))
        }
    }
}
