import Foundation
import SymbolonCertificates
import SymbolonTestSupport
import SymbolonWire
import Testing

extension RealPeers {
    @Suite("T11: nginx behind TLS, under another authority, is asked once it has proved itself")
    struct BackendsBehindTLS {
        private struct Scene {
            let wardrobe: Wardrobe
            private let nginx: RunningProgram
            private let door: Service
            /// The root of the authority that nginx has its certificate from.
            let anchors: String
            var machine: Machine { wardrobe.machine }
            /// The one of the house.
            var own: String { machine.folder.file("honest/anchors.pem") }
            static let softly = ["--http-backend-revocation", "best-effort:its authority publishes nothing"]

            init() async throws {
                wardrobe = try Wardrobe(try Machine())
                let folder = wardrobe.machine.folder
                let other = wardrobe.stranger(copyingNames: false)
                var leaf = wardrobe.leaf("books", for: .serverAuth)
                leaf.names = [.dns("localhost")]
                let papers = try wardrobe.papers(leaf, signedBy: other.issuing, beside: [other.issuingDER])
                anchors = try folder.write(PEM.render(label: "CERTIFICATE", other.anchor.der), to: "other.pem")
                let socket = folder.file("nginx.sock")
                nginx = try WebServer.nginx(
                    """
                    listen unix:\(socket) ssl http2; ssl_protocols TLSv1.3; keepalive_requests 3;
                    access_log \(folder.path)/access.log;
                    ssl_certificate \(papers.chain); ssl_certificate_key \(papers.key); ssl_verify_client optional_no_ca;
                    location / { return 200 "$server_protocol $ssl_client_verify\\n"; }
                    """, in: folder)
                try #require(
                    try await eventually(within: patience) { FileManager.default.fileExists(atPath: socket) },
                    "\(nginx.complaints.text)")
                door = try await Service("port_to_socket.py", socket)
            }

            func protect(_ options: [String], at host: String = "localhost") throws -> Ends {
                try Ends(
                    [
                        "protect", "web", "--to", "https://\(host):\(door.port)", "--listen", "127.0.0.1:0", "--http",
                        "--allow", "laptop", "--home", machine.home,
                    ] + options)
            }

            /// What the honest client gets for so many requests on one connection.
            func ask(_ protect: Ends, _ count: Int = 1, _ options: String...) async throws -> [String] {
                let (name, port) = (RealPeers.name, try await protect.listening())
                let pages = (1...count).map { "https://\(name):\(port)/\($0)" }
                let arguments =
                    [
                        "-sS", "-w", "%{http_code}\n", "--max-time", "60", "--resolve", "\(name):\(port):127.0.0.1",
                        "--cacert", own, "--cert", wardrobe.honest.chain, "--key", wardrobe.honest.key,
                        "-H", "Accept: */*",
                    ] + options + pages
                let run = try await Socket.waiting { try SymbolonTestSupport.run(try Tools.curl, arguments) }
                return run.out.split(separator: "\n").map(String.init)
            }

            var served: Int {
                let log = (try? String(contentsOfFile: machine.folder.file("access.log"), encoding: .utf8)) ?? ""
                return log.split(separator: "\n").count
            }
        }

        @Test(
            "by its own anchors HTTP/2 is agreed and this end proves itself; GOAWAY after each third request loses none"
        )
        func honest() async throws {
            let scene = try await Scene()
            // A service's own identity is for servers alone.
            let quiet = try scene.protect(["--http-backend-anchors", scene.anchors] + Scene.softly)
            #expect(try await scene.ask(quiet) == ["HTTP/2.0 NONE", "200"])
            #expect(try await quiet.event("warning")["do"]?.contains("--profile workload") == true)
            _ = try await quiet.stop()
            try scene.machine.done("identity", "issue", "web", "--profile", "workload", "--dns", RealPeers.name)
            let protect = try scene.protect(["--http-backend-anchors", scene.anchors] + Scene.softly)
            let answers = try await scene.ask(protect, 10)
            // nginx has no anchors for clients: it says so of the certificate that it was shown.
            let (said, statuses) = (stride(from: 0, to: 20, by: 2), stride(from: 1, to: 20, by: 2))
            try #require(answers.count == 20, "\(answers)")
            #expect(said.allSatisfy { answers[$0].hasPrefix("HTTP/2.0 FAILED:unable to") }, "\(answers)")
            #expect(statuses.allSatisfy { answers[$0] == "200" }, "\(answers)")
            #expect(scene.served == 11)
            let silent = try scene.protect(
                [
                    "--http-backend-anchors", scene.anchors, "--http-backend-identity", "none", "--http-backend",
                    "http/1.1",
                ]
                    + Scene.softly)
            #expect(try await scene.ask(silent, 1) == ["HTTP/1.1 NONE", "200"])
        }

        @Test("under the anchors of the peers, of the Web, or by another name it gets no request, and the log says why")
        func refused() async throws {
            let scene = try await Scene()
            let ways = [
                ("localhost", Scene.softly),
                ("localhost", ["--http-backend-anchors", "system"] + Scene.softly),
                ("127.0.0.1", ["--http-backend-anchors", scene.anchors] + Scene.softly),
                (
                    "localhost",
                    ["--http-backend-anchors", scene.anchors, "--http-backend-name", "books"] + Scene.softly
                ),
                ("localhost", ["--http-backend-anchors", scene.anchors, "--http-backend-revocation", "required"]),
            ]
            for (host, options) in ways {
                let protect = try scene.protect(options, at: host)
                let answer = try await scene.ask(protect)
                #expect(answer.last?.hasSuffix("502") == true, "\(options): \(answer)")
                let refused = try await protect.event("requestRefused")
                #expect(refused["reason"] == "backendBroken" && refused["explanation"]?.isEmpty == false, "\(refused)")
                print("backend refused:", options.first ?? "", refused["explanation"] ?? "-")
            }
            #expect(scene.served == 0)
        }

        @Test("anchors are read again when they change: others cut what rests on them, and none change nothing")
        func anchorsChange() async throws {
            let scene = try await Scene()
            let folder = scene.machine.folder
            let text = try String(contentsOfFile: scene.anchors, encoding: .utf8)
            let file = try folder.write(text, to: "changing.pem")
            let protect = try scene.protect(["--http-backend-anchors", file] + Scene.softly)
            #expect(try await scene.ask(protect).last == "200")
            var count = protect.count
            try folder.write("nothing of this kind\n", to: "changing.pem")
            let warned = try await protect.event("warning", after: count)
            #expect(warned["what"]?.contains("those before stay in force") == true, "\(warned)")
            #expect(try await scene.ask(protect).last == "200")
            count = protect.count
            try folder.write(try String(contentsOfFile: scene.own, encoding: .utf8), to: "changing.pem")
            #expect(try await protect.event("backendAnchors", after: count).number("anchors") == 1)
            #expect(try await scene.ask(protect).last?.hasSuffix("502") == true)
            count = protect.count
            try folder.write(text, to: "changing.pem")
            try await protect.event("backendAnchors", after: count)
            #expect(try await scene.ask(protect).last == "200")
        }

        @Test("nothing starts where nothing could know whether it is revoked, and nobody says that this is enough")
        func asksFirst() async throws {
            let scene = try await Scene()
            let protect = try scene.protect(["--http-backend-anchors", scene.anchors])
            let ended = try await protect.ended()
            #expect(ended.status == 2 && ended.complaint.contains("--http-backend-revocation"), "\(ended)")
            let missing = try scene.protect(
                ["--http-backend-anchors", scene.machine.folder.file("none.pem")] + Scene.softly)
            let other = try await missing.ended()
            #expect(other.status != 0 && other.complaint.contains("none.pem"), "\(other)")
        }
    }
}
