import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("nginx asks the responder about its clients, and HAProxy staples what it says")
    struct WebServersBelieveTheResponder {
        private func port() throws -> Int { try ListeningSocket().port }

        private func export(_ name: String, _ profile: String, _ served: Served) throws {
            let issued = try served.here(
                ["identity", "issue", name, "--profile", profile]
                    + (profile == "service" ? ["--ip", "127.0.0.1"] : []))
            try #require(issued.status == 0, "\(issued.err)")
            let exported = try served.here([
                "identity", "export", name, "--out", served.folder.file(name), "--plain-key",
            ])
            try #require(exported.status == 0, "\(exported.err)")
        }

        private func text(_ file: String, _ served: Served) throws -> String {
            try String(contentsOfFile: served.folder.file(file), encoding: .utf8)
        }

        /// An authority with its responder, and the papers of a service and of two clients.
        private func prepared() async throws -> Served {
            let port = try port()
            let served = try await Served.start(
                "--publish-at", "http://127.0.0.1:\(port)", "--publish-on", "127.0.0.1:\(port)")
            try export("web", "service", served)
            try export("laptop", "client", served)
            try export("thief", "client", served)
            let issuing = try #require(
                try text("web/web.pem", served).split(separator: "-----BEGIN CERTIFICATE-----").last)
            let pem = "-----BEGIN CERTIFICATE-----" + issuing
            try served.folder.write(pem, to: "issuing.pem")
            try served.folder.write(pem + text("web/anchors.pem", served), to: "authorities.pem")
            return served
        }

        @Test("a client that is revoked or held is refused by nginx, and let in when it is released")
        func nginx() async throws {
            let served = try await prepared()
            let port = try port()
            let folder = served.folder.path
            let nginx = try WebServer.nginx(
                """
                listen 127.0.0.1:\(port) ssl;
                ssl_certificate \(folder)/web/web.pem; ssl_certificate_key \(folder)/web/web.key.pem;
                ssl_client_certificate \(folder)/authorities.pem; ssl_verify_client on; ssl_verify_depth 3;
                ssl_ocsp leaf;
                location / { return 200 "in"; }
                """, in: served.folder)
            defer { nginx.signal(SIGTERM) }
            func code(_ name: String) throws -> String {
                try SymbolonTestSupport.run(
                    "/usr/bin/curl",
                    [
                        "--silent", "--max-time", "20", "--cacert", "\(folder)/authorities.pem", "--cert",
                        "\(folder)/\(name)/\(name).pem", "--key", "\(folder)/\(name)/\(name).key.pem", "-o",
                        "/dev/null",
                        "-w", "%{http_code}", "https://127.0.0.1:\(port)/",
                    ]
                ).out
            }
            try #require(await eventually { try code("laptop") == "200" })
            #expect(try code("thief") == "200")
            try #require(try served.here(["identity", "revoke", "thief", "--reason", "certificateHold"]).status == 0)
            try #require(await eventually { try code("thief") == "400" })
            #expect(try text("nginx.log", served).contains("certificate revoked"))
            try #require(try served.here(["identity", "release", "thief"]).status == 0)
            try #require(await eventually { try code("thief") == "200" })
            try #require(try served.here(["identity", "revoke", "thief", "--reason", "keyCompromise"]).status == 0)
            try #require(await eventually { try code("thief") == "400" })
            #expect(try code("laptop") == "200")
        }

        @Test("HAProxy checks the answer when it starts, and its clients see it")
        func haproxy() async throws {
            let served = try await prepared()
            let (port, folder) = (try port(), served.folder.path)
            let uri = try SymbolonTestSupport.run(
                "/usr/bin/openssl", ["x509", "-in", "\(folder)/web/web.pem", "-noout", "-ocsp_uri"]
            ).out.trimmingCharacters(in: .whitespacesAndNewlines)
            func ask(about name: String, into file: String) throws {
                let asked = try SymbolonTestSupport.run(
                    "/usr/bin/openssl",
                    [
                        "ocsp", "-issuer", "\(folder)/issuing.pem", "-cert", "\(folder)/\(name)/\(name).pem", "-url",
                        uri,
                        "-CAfile", "\(folder)/authorities.pem", "-no_nonce", "-respout", served.folder.file(file),
                    ])
                try #require(asked.err.contains("Response verify OK"), "\(asked.err)")
            }
            try served.folder.write(
                text("web/web.pem", served) + text("web/web.key.pem", served), to: "haproxy.pem")
            try served.folder.write(text("issuing.pem", served), to: "haproxy.pem.issuer")
            let configuration = try WebServer.haproxyConfiguration(
                "tcp", ["bind 127.0.0.1:\(port) ssl crt \(folder)/haproxy.pem", "tcp-request content reject"],
                in: served.folder)
            func doubts() throws -> Bool {
                try SymbolonTestSupport.run("/usr/sbin/haproxy", ["-c", "-f", configuration]).err
                    .contains("OCSP")
            }
            // The twin: an answer about another certificate is none of its own.
            try #require(
                await eventually {
                    (try? ask(about: "laptop", into: "haproxy.pem.ocsp")) != nil
                })
            #expect(try doubts())
            try ask(about: "web", into: "haproxy.pem.ocsp")
            #expect(try !doubts())
            let haproxy = try WebServer.haproxy(configuration)
            defer { haproxy.signal(SIGTERM) }
            try #require(
                await eventually {
                    try SymbolonTestSupport.run(
                        "/bin/sh",
                        [
                            "-c", "exec \"$0\" \"$@\" </dev/null", "/usr/bin/openssl", "s_client", "-connect",
                            "127.0.0.1:\(port)", "-status", "-CAfile", "\(folder)/authorities.pem",
                        ]
                    ).out.contains("Cert Status: good")
                })
        }
    }
}
