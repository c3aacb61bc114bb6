import Foundation
import SymbolonTestSupport
import Testing

extension RealPeers {
    /// The attacks of requests, as far as other people's clients can be brought to make them. No client here asks two hosts on one
    /// connection (T06): `HTTP2RequestTests` does.
    @Suite("curl, nghttp, h2load, nginx and HAProxy ask an HTTP service what they may not")
    struct HTTPClients {
        private static let everything = """
            rules:
              - allow: everything
                from: app
                path: /**
            """
        /// What would be a certificate, if a client's word counted.
        private static let forged = ":Zm9yZ2Vk:"

        /// What becomes of a request.
        private enum Fate: Equatable {
            /// This end answers so, and the service hears nothing.
            case refused(Int)
            /// The client gets no answer, or an error of its own, and the service hears nothing.
            case broken
            /// The service gets it once, with this path, and with the peer's certificate alone.
            case served(String = "/a")
        }

        private struct Attempt {
            let id: String
            let words: [String]
            let fate: Fate

            init(_ id: String, _ words: [String], _ fate: Fate) { (self.id, self.words, self.fate) = (id, words, fate) }
        }

        private struct Got: Decodable {
            let line: String
            let fields: [String]

            func values(_ name: String) -> [String] {
                fields.filter { $0.lowercased().hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
            }
        }

        private struct Scene {
            let service: Service
            let site: Site
            /// The peer's certificate, as the service is to be told of it.
            let certificate: String

            init() async throws {
                service = try await Service("http_echo.py")
                site = try await Site(
                    to: service.port, policy: HTTPClients.everything, "--http-host", RealPeers.name, "--http-host",
                    "localhost")
                let pem = try String(contentsOfFile: site.app.chain, encoding: .utf8)
                let leaf = pem.components(separatedBy: "-----END").first ?? ""
                certificate = ":" + leaf.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined() + ":"
            }

            private var got: [Got] {
                service.program.lines.all.compactMap { try? JSONDecoder().decode(Got.self, from: Data($0.utf8)) }
            }

            /// Makes an attempt, and sees what the service has heard by the time that it is answered.
            /// - Parameter ask: gives the status that the client got; nil: none.
            func expect(_ attempt: Attempt, _ ask: ([String]) async throws -> Int?) async throws {
                let before = got.count
                let status = try await ask(attempt.words)
                let told = "\(attempt.id) \(attempt.words): \(status.map(String.init) ?? "no answer")"
                guard case .served(let path) = attempt.fate else {
                    if case .refused(let code) = attempt.fate { #expect(status == code, "\(told)") }
                    if attempt.fate == .broken { #expect(status == nil || status == 400, "\(told)") }
                    #expect(got.count == before, "\(told): \(service.program.lines.all.last ?? "")")
                    return
                }
                #expect(status == 200, "\(told)")
                let line = await service.program.lines.first(after: 1 + before, within: patience) { $0 }
                let heard = try JSONDecoder().decode(Got.self, from: Data((line ?? "{}").utf8))
                #expect(got.count == before + 1, "\(told)")
                #expect(heard.line.split(separator: " ")[1] == path, "\(told): \(heard)")
                #expect(heard.values("client-cert") == [certificate], "\(told): \(heard)")
                #expect(
                    heard.values("client-cert-chain").count == 1 && heard.values("x-forwarded-for") == ["127.0.0.1"])
                let others = heard.fields.filter { $0.contains("Zm9yZ2Vk") || $0.contains("6.6.6.6") }
                #expect(others.isEmpty, "\(told): \(others)")
            }
        }

        // MARK: curl

        private static let headers: [(String, [String])] = [
            (
                "T12",
                ["Client-Cert: \(forged)", "Client-Cert-Chain: \(forged)", "X-Forwarded-Client-Cert: Hash=Zm9yZ2Vk"]
            ),
            (
                "T12",
                [
                    "X-SSL-Client-Cert: Zm9yZ2Vk", "Forwarded: for=6.6.6.6", "X-Forwarded-For: 6.6.6.6",
                    "X-Real-IP: 6.6.6.6",
                ]
            ),
            (
                "T13",
                [
                    "client_cert: \(forged)", "CLIENT-CERT: \(forged)", "Client.Cert: \(forged)",
                    "x_forwarded_for: 6.6.6.6",
                ]
            ),
            ("T13", ["client-cert: \(forged)", "client-cert: \(forged)"]),
        ]

        private static let paths: [(String, Fate)] = [
            ("/b/../a", .refused(400)), ("/./a", .refused(400)), ("//a", .refused(400)), ("/b%2fa", .refused(400)),
            ("/b%5ca", .refused(400)), ("/b/%2e%2e/a", .refused(400)), ("/b;x=1/a", .refused(400)),
            ("/%c0%af", .refused(400)), ("/%61", .served("/a")), ("/a?b=/../c", .served("/a?b=/../c")),
        ]

        @Test("curl", arguments: ["--http1.1", "--http2"])
        func curl(version: String) async throws {
            let scene = try await Scene()
            let (name, site) = (RealPeers.name, scene.site)
            var attempts = [
                Attempt("honest", [], .served()),
                Attempt("T05", ["-H", "Host: other.example.internal"], .refused(421)),
                Attempt("T05", ["-H", "Host: localhost"], .refused(421)),
                Attempt("T05", ["-H", "Host: \(name.uppercased())."], .served()),
                Attempt("T05", ["-H", "Host: a@\(name)"], .refused(400)),
                Attempt("T14", ["-H", "Connection: Client-Cert, CLIENT-CERT-CHAIN, X-Forwarded-For"], .served()),
            ]
            attempts += Self.headers.map { id, fields in Attempt(id, fields.flatMap { ["-H", $0] }, .served()) }
            attempts += Self.paths.map { path, fate in Attempt("T16", ["--request-target", path], fate) }
            if version == "--http1.1" {
                attempts += [
                    Attempt("T05", ["--request-target", "https://other.example.internal/a"], .refused(400)),
                    Attempt("T05", ["--request-target", "https://\(name):\(site.port)/a"], .served()),
                    Attempt("T15", ["-d", "abc", "-H", "Transfer-Encoding: gzip, chunked"], .refused(400)),
                    Attempt("T15", ["-d", "abc", "-H", "Transfer-Encoding: xchunked"], .refused(400)),
                    Attempt("T15", ["-d", "abc", "-H", "Content-Length: 3", "-H", "Content-Length: 4"], .refused(400)),
                    Attempt("T15", ["-d", "abc", "-H", "Content-Length: 3, 3"], .refused(400)),
                ]
            }
            for attempt in attempts {
                try await scene.expect(attempt) { words in
                    let arguments =
                        [
                            version, "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "60", "--resolve",
                            "\(name):\(site.port):127.0.0.1", "--cacert", site.app.anchors, "--cert", site.app.chain,
                            "--key", site.app.key, "--path-as-is",
                        ] + words + ["https://\(name):\(site.port)/a"]
                    let run = try await Socket.waiting { try SymbolonTestSupport.run(try Tools.curl, arguments) }
                    return Int(run.out).flatMap { $0 == 0 ? nil : $0 }
                }
            }
        }

        // MARK: nghttp2's own

        @Test("nghttp")
        func nghttp() async throws {
            let scene = try await Scene()
            let site = scene.site
            let content = try site.machine.folder.write(Array("12345".utf8), to: "content")
            var attempts = [
                Attempt("honest", [], .served()),
                Attempt("honest", ["-d", content], .served()),
                Attempt("T05", ["-H", ":authority: other.example.internal"], .refused(421)),
                // It takes this for the handshake's server name, too.
                Attempt("T05", ["-H", ":authority: \(RealPeers.name)"], .served()),
                Attempt("T05", ["-H", "host: other.example.internal"], .broken),
                Attempt("T12", ["-d", content, "--trailer", "client-cert: \(Self.forged)"], .served()),
                Attempt("T12", ["-d", content, "--trailer", "x-forwarded-for: 6.6.6.6"], .served()),
                Attempt("T14", ["-H", "connection: client-cert"], .broken),
                Attempt("T15", ["-d", content, "-H", "transfer-encoding: chunked"], .broken),
                Attempt("T15", ["-d", content, "--no-content-length", "-H", "content-length: 3"], .broken),
                Attempt("T15", ["-H", ":method: GET / HTTP/1.1\r\nx: y"], .broken),
            ]
            attempts += Self.headers.map { id, fields in
                Attempt(id, fields.flatMap { ["-H", $0.lowercased()] }, .served())
            }
            attempts += Self.paths.map { path, fate in Attempt("T16", ["-H", ":path: \(path)"], fate) }
            for attempt in attempts {
                try await scene.expect(attempt) { words in
                    let arguments =
                        ["60", try Tools.nghttp, "-nvy", "--cert", site.app.chain, "--key", site.app.key] + words
                        + ["https://localhost:\(site.port)/a"]
                    let run = try await Socket.waiting { try SymbolonTestSupport.run("/usr/bin/timeout", arguments) }
                    let line = run.out.split(separator: "\n").last { $0.contains("recv ") && $0.contains(":status: ") }
                    return line.flatMap { Int($0.suffix(3)) }
                }
            }
        }

        @Test(
            "h2load's ten clients with ten requests each at a time are all answered, through a door by prior knowledge")
        func h2load() async throws {
            let scene = try await Scene()
            let arguments = ["-n", "2000", "-c", "10", "-m", "10", "http://localhost:\(scene.site.door)/a"]
            let run = try await Socket.waiting { try SymbolonTestSupport.run(try Tools.h2load, arguments) }
            #expect(run.out.contains("2000 succeeded, 0 failed, 0 errored, 0 timeout"), "\(run.out)\(run.err)")
            #expect(run.out.contains("2000 2xx"), "\(run.out)")
            let counters = try await scene.site.protect.stop()
            #expect(counters.number("accepted") == 10)
            #expect(scene.service.program.lines.count == 2001)
        }

        // MARK: Other proxies, as clients

        /// Asks a proxy at a socket of its own.
        private static func ask(_ socket: String, _ path: String) async throws -> Int? {
            let arguments = [
                "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "60", "--unix-socket", socket,
                "http://front\(path)",
            ]
            let run = try await Socket.waiting { try SymbolonTestSupport.run(try Tools.curl, arguments) }
            return Int(run.out).flatMap { $0 == 0 ? nil : $0 }
        }

        @Test("nginx, which proves itself")
        func nginx() async throws {
            let scene = try await Scene()
            let (name, site) = (RealPeers.name, scene.site)
            // What nginx says in place of what its own client says, and what becomes of that.
            let own = "proxy_set_header Host \(name); proxy_set_header Connection close;"
            var places: [(id: String, directives: String, target: String, fate: Fate)] = [
                ("honest", own, "/a", .served()),
                ("T05", "proxy_set_header Host other.example.internal;", "/a", .refused(421)),
                (
                    "T14", "proxy_set_header Host \(name); proxy_set_header Connection \"close, Client-Cert\";", "/a",
                    .served()
                ),
                (
                    "T15",
                    own
                        + "proxy_set_header Transfer-Encoding chunked; proxy_set_header Content-Length 3; proxy_set_body abc;",
                    "/a", .refused(400)
                ),
                ("T15", own + "proxy_set_header Transfer-Encoding \"chunked, gzip\";", "/a", .refused(400)),
            ]
            places += Self.headers.map { id, fields in
                let lines = fields.map { field in
                    let parts = field.components(separatedBy: ": ")
                    return "proxy_set_header \(parts[0]) \"\(parts[1])\";"
                }
                return (id, own + lines.joined(), "/a", .served())
            }
            places += Self.paths.filter { !$0.0.contains("?") }.map { path, fate in ("T16", own, path, fate) }
            let locations = places.enumerated().map { index, place in
                "location = /\(index) { \(place.directives) proxy_pass \"https://127.0.0.1:\(site.port)\(place.target)\"; }"
            }
            let socket = site.machine.folder.file("nginx.sock")
            let nginx = try WebServer.nginx(
                """
                listen unix:\(socket);
                proxy_ssl_certificate \(site.app.chain); proxy_ssl_certificate_key \(site.app.key);
                proxy_ssl_trusted_certificate \(site.app.anchors); proxy_ssl_verify on; proxy_ssl_verify_depth 3;
                proxy_ssl_server_name on; proxy_ssl_name \(name); proxy_ssl_protocols TLSv1.3; proxy_http_version 1.1;
                \(locations.joined(separator: "\n"))
                """, in: site.machine.folder)
            try #require(
                try await eventually(within: patience) { FileManager.default.fileExists(atPath: socket) },
                "\(nginx.complaints.text)")
            for (index, place) in places.enumerated() {
                let attempt = Attempt(place.id, [place.directives, place.target], place.fate)
                try await scene.expect(attempt) { _ in try await Self.ask(socket, "/\(index)") }
            }
            try site.machine.done("identity", "revoke", "app")
            #expect(try await eventually(within: patience) { try await Self.ask(socket, "/0") == 502 })
        }

        @Test("HAProxy, which proves itself", arguments: ["h2", "http/1.1"])
        func haproxy(alpn: String) async throws {
            let scene = try await Scene()
            let (name, site) = (RealPeers.name, scene.site)
            var places: [(id: String, actions: [String], fate: Fate)] = [
                ("honest", [], .served()),
                ("T05", ["set-header Host other.example.internal"], .refused(421)),
                ("T05", ["set-header Host localhost"], .refused(421)),
            ]
            places += Self.headers.map { id, fields in
                let actions = fields.map { field in
                    let parts = field.components(separatedBy: ": ")
                    return "add-header \(parts[0]) \(parts[1])"
                }
                return (id, actions, .served())
            }
            places += Self.paths.filter { !$0.0.contains("?") && !$0.0.contains("%") }.map { path, fate in
                ("T16", ["set-path \(path)"], fate)
            }
            let folder = site.machine.folder
            let both =
                try String(contentsOfFile: site.app.chain, encoding: .utf8)
                + String(contentsOfFile: site.app.key, encoding: .utf8)
            let papers = try folder.write(Array(both.utf8), to: "both.pem")
            let socket = folder.file("haproxy.sock")
            var lines = [
                "bind unix@\(socket)", "http-request set-var(txn.place) path", "http-request set-header Host \(name)",
            ]
            for (index, place) in places.enumerated() {
                let isHere = "{ var(txn.place) -m str /\(index) }"
                lines.append("http-request set-path /a if \(isHere)")
                lines += place.actions.map { "http-request \($0) if \(isHere)" }
            }
            lines += [
                "default_backend web\nbackend web",
                "server web 127.0.0.1:\(site.port) ssl crt \(papers) ca-file \(site.app.anchors) verify required "
                    + "sni str(\(name)) verifyhost \(name) alpn \(alpn)",
            ]
            let configuration = try WebServer.haproxyConfiguration("http", lines, in: folder)
            let haproxy = try WebServer.haproxy(configuration)
            try #require(
                try await eventually(within: patience) { FileManager.default.fileExists(atPath: socket) },
                "\(haproxy.complaints.text)")
            for (index, place) in places.enumerated() {
                let attempt = Attempt(place.id, place.actions, place.fate)
                try await scene.expect(attempt) { _ in try await Self.ask(socket, "/\(index)") }
            }
            try site.machine.done("identity", "revoke", "app")
            // HAProxy's side of a TLS 1.3 handshake is over before it hears that it is refused: 502 where it has asked by then.
            let refused: Set<Int?> = [502, 503]
            let isRefused = try await eventually(within: patience) {
                refused.contains(try await Self.ask(socket, "/0"))
            }
            let last = try await Self.ask(socket, "/0")
            #expect(isRefused && refused.contains(last), "\(last ?? 0)")
        }
    }
}
