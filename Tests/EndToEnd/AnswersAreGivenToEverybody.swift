import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("up --publish-at answers for its certificates, and its ends staple what it says")
    struct AnswersAreGivenToEverybody {
        private let openssl = "/usr/bin/openssl"

        /// An authority with its responder on a port of this machine that certificates name.
        private func start() async throws -> (Served, responder: String) {
            // Certificates name the port, so that it must be known before it is bound.
            let port = try ListeningSocket().port
            let served = try await Served.start(
                "--publish-at", "http://127.0.0.1:\(port)", "--publish-on", "127.0.0.1:\(port)")
            _ = try #require(
                await served.server.lines.first(after: 0, within: Ends.patience) { line -> String? in
                    Event(line).flatMap { $0["change"] == "publishing" ? $0["address"] : nil }
                })
            return (served, "http://127.0.0.1:\(port)")
        }

        private func issue(_ name: String, _ profile: String, _ served: Served) throws {
            let issued = try served.here(
                [
                    "identity", "issue", name, "--profile", profile,
                ] + (profile == "service" ? ["--ip", "127.0.0.1"] : []))
            try #require(issued.status == 0, "\(issued.err)")
            let exported = try served.here([
                "identity", "export", name, "--out", served.folder.file(name), "--plain-key",
            ])
            try #require(exported.status == 0, "\(exported.err)")
            let chain = try String(contentsOfFile: served.folder.file("\(name)/\(name).pem"), encoding: .utf8)
            let issuing = try #require(chain.split(separator: "-----BEGIN CERTIFICATE-----").last)
            let pem = "-----BEGIN CERTIFICATE-----" + issuing
            try served.folder.write(pem, to: "issuing.pem")
            let anchors = try String(contentsOfFile: served.folder.file("\(name)/anchors.pem"), encoding: .utf8)
            try served.folder.write(pem + anchors, to: "authorities.pem")
        }

        /// Asked at the address in its certificate.
        private func ask(_ name: String, _ served: Served, _ options: String...) throws -> String {
            let leaf = served.folder.file("\(name)/\(name).pem")
            let uri = try SymbolonTestSupport.run(openssl, ["x509", "-in", leaf, "-noout", "-ocsp_uri"]).out
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let asked = try SymbolonTestSupport.run(
                openssl,
                ["ocsp"] + options + [
                    "-issuer", served.folder.file("issuing.pem"), "-cert", leaf, "-url", uri, "-CAfile",
                    served.folder.file("authorities.pem"),
                ])
            try #require(asked.err.contains("Response verify OK"), "\(asked.err)")
            return String(asked.out.split(separator: "\n").first?.split(separator: " ").last ?? "")
        }

        @Test(
            "openssl is told good, held, released and revoked at the address in the certificate, with a nonce and without"
        )
        func asked() async throws {
            let (served, _) = try await start()
            try issue("web", "service", served)
            func expect(_ word: String) async throws {
                try #require(await eventually { try ask("web", served, "-no_nonce") == word })
                #expect(try ask("web", served) == word)
                #expect(try ask("web", served, "-sha256") == word)
            }
            try await expect("good")
            try #require(try served.here(["identity", "revoke", "web", "--reason", "certificateHold"]).status == 0)
            try await expect("revoked")
            try #require(try served.here(["identity", "release", "web"]).status == 0)
            try await expect("good")
            try #require(try served.here(["identity", "revoke", "web", "--reason", "keyCompromise"]).status == 0)
            try await expect("revoked")
            let doctor = try served.here(["doctor"])
            #expect(doctor.out.contains("OCSP responder"), "\(doctor.out)")
        }

        /// What a server staples, as openssl shows it.
        private func staple(_ port: Int, _ served: Served) throws -> String {
            try SymbolonTestSupport.run(
                "/bin/sh",
                [
                    "-c", "exec \"$0\" \"$@\" </dev/null", openssl, "s_client", "-connect", "127.0.0.1:\(port)",
                    "-status",
                    "-CAfile", served.folder.file("authorities.pem"), "-cert", served.folder.file("laptop/laptop.pem"),
                    "-key", served.folder.file("laptop/laptop.key.pem"),
                ]
            ).out
        }

        private func awaitStaple(_ port: Int, _ served: Served) async throws {
            var shown = ""
            let isGood = try await eventually {
                shown = try staple(port, served)
                return shown.contains("Cert Status: good")
            }
            try #require(isGood, "\(shown)")
        }

        private func protect(_ served: Served) throws -> Ends {
            try Ends([
                "protect", "web", "--to", "127.0.0.1:9", "--listen", "127.0.0.1:0", "--allow", "laptop", "--home",
                served.home,
            ])
        }

        @Test("openssl s_client sees what the authority's port and a protected service staple")
        func stapled() async throws {
            let (served, _) = try await start()
            try issue("web", "service", served)
            try issue("laptop", "client", served)
            let end = try protect(served)
            try await awaitStaple(try await end.listening(), served)
            try await awaitStaple(
                try #require(served.port), served)
        }

        @Test("R15: while the authority is away what was kept is stapled, and another certificate's answer is not")
        func kept() async throws {
            let (served, _) = try await start()
            try issue("web", "service", served)
            try issue("laptop", "client", served)
            let other = served.folder.file("other.der")
            _ = try ask("laptop", served, "-no_nonce", "-respout", other)
            let first = try protect(served)
            try await awaitStaple(try await first.listening(), served)
            _ = try await first.stop()
            served.server.signal(SIGTERM)
            try #require(await served.server.ended(within: Ends.patience) == 0)
            let folder = served.home + "/revocation"
            let file = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
            let own = try Data(contentsOf: URL(filePath: "\(folder)/\(file)"))
            try Data(contentsOf: URL(filePath: other)).write(to: URL(filePath: "\(folder)/\(file)"))
            let second = try protect(served)
            let port = try await second.listening()
            // It is looked at as soon as it listens; ten handshakes take longer than that.
            for _ in 0..<10 { #expect(try staple(port, served).contains("no response sent")) }
            _ = try await second.stop()
            // The twin.
            try own.write(to: URL(filePath: "\(folder)/\(file)"))
            let third = try protect(served)
            try await awaitStaple(try await third.listening(), served)
        }
    }
}
