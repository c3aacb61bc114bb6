import Foundation
import SymbolonTestSupport
import Testing

extension ACMEClients {
    @Suite("nginx and curl, both with certificates got by ACME, prove themselves to each other") struct Mutual {
        private let scene: ACMEScene
        private let base: String

        init() async throws {
            scene = try await ACMEScene()
            base = scene.folder.file("lego/certificates")
            for name in ["web.example.internal", "laptop.example.internal"] {
                try await scene.done(
                    "/usr/bin/lego",
                    [
                        "--server", scene.directory, "--accept-tos", "--email", "ops@example.internal", "--path",
                        scene.folder.file("lego"), "--http", "--http.port", "127.0.0.1:\(scene.httpPort)", "-d", name,
                        "run",
                    ])
            }
        }

        private func nginx() async throws -> (program: RunningProgram, port: Int) {
            let port = try ListeningSocket().port
            let config = try scene.folder.write(
                """
                daemon off;
                \(geteuid() == 0 ? "user root;" : "")
                pid \(scene.folder.file("nginx.pid"));
                error_log stderr notice;
                events {}
                http {
                    access_log off;
                    server {
                        listen 127.0.0.1:\(port) ssl;
                        ssl_certificate \(base)/web.example.internal.crt;
                        ssl_certificate_key \(base)/web.example.internal.key;
                        ssl_client_certificate \(scene.anchors);
                        ssl_verify_client on;
                        ssl_verify_depth 2;
                        ssl_protocols TLSv1.3;
                        location / { return 200 "proved: $ssl_client_verify"; }
                    }
                }
                """, to: "nginx.conf")
            let program = try RunningProgram(["/usr/sbin/nginx", "-c", config, "-p", scene.folder.path, "-e", "stderr"])
            let isReady = await program.complaints.first(after: 0, within: Ends.patience) { line -> Bool? in
                line.contains("start worker process ") ? true : nil
            }
            try #require(isReady == true, "\(program.complaints.text)")
            return (program, port)
        }

        private func curl(_ port: Int, _ options: [String]) async throws -> ProgramRun {
            let name = "web.example.internal"
            return try await scene.run(
                "/usr/bin/curl",
                ["-sS", "--max-time", "20", "--resolve", "\(name):\(port):127.0.0.1", "https://\(name):\(port)/"]
                    + options)
        }

        @Test("with both certificates the page comes; with none, or with a server not known, it does not")
        func mutual() async throws {
            let (nginx, port) = try await nginx()
            let proof = [
                "--cert", "\(base)/laptop.example.internal.crt", "--key", "\(base)/laptop.example.internal.key",
            ]
            let page = try await curl(port, ["--cacert", scene.anchors] + proof)
            #expect(page.out == "proved: SUCCESS", "\(page.err)")
            let bare = try await curl(port, ["--cacert", scene.anchors])
            #expect(!bare.out.contains("proved"))
            let stranger = try await curl(port, ["--cacert", "/etc/ssl/certs/ca-certificates.crt"] + proof)
            #expect(stranger.status == 60, "\(stranger.err)")
            nginx.signal(SIGTERM)
            _ = await nginx.ended(within: Ends.patience)
        }
    }
}
