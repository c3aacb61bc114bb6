import SymbolonTestSupport
import Testing

extension ACMEClients {
    @Suite("certbot") struct Certbot {
        private let scene: ACMEScene

        init() async throws { scene = try await ACMEScene() }

        private func certbot(_ arguments: [String]) async throws {
            let base = scene.folder.file("certbot")
            try await scene.done(
                "/usr/bin/certbot",
                [
                    arguments[0], "--config-dir", base, "--work-dir", base, "--logs-dir", base, "--non-interactive",
                    "--server", scene.directory,
                ] + arguments.dropFirst())
        }

        private var newAccount: [String] { ["--agree-tos", "--register-unsafely-without-email"] }

        private func chain(_ name: String) -> String { scene.folder.file("certbot/live/\(name)/fullchain.pem") }

        @Test("http-01: it registers, orders, renews and revokes")
        func http() async throws {
            let name = "web.example.internal"
            let options = ["--standalone", "--preferred-challenges", "http", "--http-01-port", "\(scene.httpPort)"]
            try await certbot(["certonly"] + newAccount + options + ["-d", name, "-d", "www.\(name)"])
            try await scene.expectGood(chain(name), ["DNS:\(name)", "DNS:www.\(name)"])
            let first = try await scene.serial(chain(name))
            try await certbot(["renew", "--force-renewal", "--no-random-sleep-on-renew"])
            try await scene.expectGood(chain(name), ["DNS:\(name)", "DNS:www.\(name)"])
            #expect(try await scene.serial(chain(name)) != first)
            #expect(try await !scene.isRevoked(chain(name)))
            let kept = scene.folder.file("kept.pem")
            try await scene.done("/bin/cp", [chain(name), kept])
            try await certbot([
                "revoke", "--cert-path", chain(name), "--reason", "keycompromise", "--delete-after-revoke",
            ])
            #expect(try await scene.isRevoked(kept))
        }

        @Test("dns-01: a name and its wildcard in one certificate, renewed, and revoked by the certificate's own key")
        func dns() async throws {
            let hook = try scene.script(
                "hook", #"printf '%s\n' "$CERTBOT_VALIDATION" >> "$RECORDS/_acme-challenge.$CERTBOT_DOMAIN""#)
            let name = "apps.example.internal"
            try await certbot(
                ["certonly"] + newAccount + [
                    "--manual", "--preferred-challenges", "dns", "--manual-auth-hook", hook, "-d", name, "-d",
                    "*.\(name)",
                ])
            try await scene.expectGood(chain(name), ["DNS:\(name)", "DNS:*.\(name)"])
            let first = try await scene.serial(chain(name))
            try await certbot(["renew", "--force-renewal", "--no-random-sleep-on-renew"])
            try await scene.expectGood(chain(name), ["DNS:\(name)", "DNS:*.\(name)"])
            #expect(try await scene.serial(chain(name)) != first)
            let (kept, key) = (scene.folder.file("kept.pem"), scene.folder.file("kept.key"))
            try await scene.done("/bin/cp", [chain(name), kept])
            try await scene.done("/bin/cp", [scene.folder.file("certbot/live/\(name)/privkey.pem"), key])
            try await certbot(["revoke", "--cert-path", kept, "--key-path", key, "--no-delete-after-revoke"])
            #expect(try await scene.isRevoked(kept))
        }

        @Test("a name outside of what the authority certifies, or that nobody answers for, gets nothing")
        func refused() async throws {
            for name in ["web.example.com", "web.example.internal"] {
                let base = scene.folder.file("refused")
                let run = try await scene.run(
                    "/usr/bin/certbot",
                    [
                        "certonly", "--config-dir", base, "--work-dir", base, "--logs-dir", base, "--non-interactive",
                        "--server", scene.directory, "--webroot", "--webroot-path", scene.webRoot, "-d", name,
                    ] + newAccount)
                #expect(run.status != 0)
            }
        }
    }
}
