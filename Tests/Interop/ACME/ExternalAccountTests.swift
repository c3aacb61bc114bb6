import Foundation
import SymbolonTestSupport
import Testing

extension ACMEClients {
    /// RFC 8555 §7.3.4, by a server that requires it.
    @Suite("external account binding") struct ExternalAccount {
        private let scene: ACMEScene

        init() async throws { scene = try await ACMEScene("--acme-require-eab") }

        /// What `symbolon acme eab create --json` says.
        private struct Made: Decodable {
            struct Key: Decodable { let id: String }
            let key: Key
            let secret: String
        }

        private func operatorsKey() throws -> Made {
            try JSONDecoder().decode(Made.self, from: Data(scene.machine.done("acme", "eab", "create", "--json").utf8))
        }

        /// certbot with an account of its own, bound by these options.
        private func order(_ account: String, _ binding: [String]) async throws -> ProgramRun {
            let base = scene.folder.file(account)
            return try await scene.run(
                "/usr/bin/certbot",
                [
                    "certonly", "--config-dir", base, "--work-dir", base, "--logs-dir", base, "--non-interactive",
                    "--server", scene.directory, "--agree-tos", "--register-unsafely-without-email", "--standalone",
                    "--http-01-port", "\(scene.httpPort)", "-d", "bound.example.internal",
                ] + binding)
        }

        private func options(_ id: String, _ secret: String) -> [String] {
            ["--eab-kid", id, "--eab-hmac-key", secret]
        }

        @Test("certbot: one account by an operator's key; none without, by another's secret, by a key used or revoked")
        func bound() async throws {
            let (key, other) = (try operatorsKey(), try operatorsKey())
            let refused = "not by an operator's key that is still open"
            let wrong: [(String, [String], String)] = [
                ("none", [], "requires external account binding"),
                ("mixed", options(key.key.id, other.secret), refused),
                ("unknown", options("AAAAAAAAAAAAAAAAAAAAAA", key.secret), refused),
            ]
            for (account, binding, words) in wrong { try await expectRefused(account, binding, words) }

            let run = try await order("right", options(key.key.id, key.secret))
            try #require(run.status == 0, "\(run.out)\n\(run.err)")
            try await scene.expectGood(
                scene.folder.file("right/live/bound.example.internal/fullchain.pem"), ["DNS:bound.example.internal"])

            try await expectRefused("again", options(key.key.id, key.secret), refused)
            try scene.machine.done("acme", "eab", "revoke", other.key.id)
            try await expectRefused("revoked", options(other.key.id, other.secret), refused)
        }

        private func expectRefused(_ account: String, _ binding: [String], _ words: String) async throws {
            let run = try await order(account, binding)
            #expect(run.status != 0)
            let log = try String(contentsOfFile: scene.folder.file("\(account)/letsencrypt.log"), encoding: .utf8)
            let isSaid = (run.err + log).contains(words)
            #expect(isSaid, "\(account): \(run.out)\n\(run.err)")
            #expect(!FileManager.default.fileExists(atPath: scene.folder.file("\(account)/live")))
        }
    }
}
