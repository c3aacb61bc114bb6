import Foundation
import SymbolonTestSupport
import Testing

extension HostilePeers {
    @Suite("T09: whatever listens gives the same verdict")
    struct ListenersAgree {
        /// One way to speak to one listener.
        private struct Listener {
            let name: String
            let port: Int
            let version: String
            let path: String
        }

        private static let other = "other.example.internal"

        /// What the client asks for in the handshake, as the address that it is given.
        private static let serverNames = ["the service's": House.name, "another": other, "none": "127.0.0.1"]

        /// What curl gets: a status; nil: the handshake was refused, or nothing came.
        private func ask(
            _ listener: Listener, for serverName: String, host: String = House.name, showing papers: Papers?
        ) async throws -> Int? {
            let arguments =
                [
                    listener.version, "-k", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "60",
                    "--resolve",
                    "\(serverName):\(listener.port):127.0.0.1", "-H", "Host: \(host)",
                ] + (papers.map { ["--cert", $0.chain, "--key", $0.key] } ?? [])
                + ["https://\(serverName):\(listener.port)\(listener.path)"]
            let run = try await Socket.waiting { try SymbolonTestSupport.run(try Tools.curl, arguments) }
            return Int(run.out).flatMap { $0 == 0 ? nil : $0 }
        }

        /// T09: nothing of QUIC is there: a datagram is answered by the system, that nobody listens.
        private func isClosedForDatagrams(_ port: Int) throws -> Bool {
            let script = """
                import socket, sys
                one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                one.settimeout(60)
                one.connect(("127.0.0.1", int(sys.argv[1])))
                one.send(bytes(1200))
                try:
                    one.recv(1)
                except ConnectionRefusedError:
                    print("refused")
                """
            return try SymbolonTestSupport.run(try Tools.python, ["-c", script, "\(port)"]).out == "refused\n"
        }

        @Test(
            "T05, T07, T09: at a stream, HTTP/1.1 and HTTP/2 a peer is in or out by its proof, whatever host it asks for"
        )
        func protected() async throws {
            let wardrobe = try Wardrobe(try Machine())
            let service = try await HTTPService()
            let to = ["--to", "127.0.0.1:\(service.port)", "--listen", "127.0.0.1:0", "--allow", "laptop"]
            let stream = try Ends(["protect", "web", "--home", wardrobe.machine.home] + to)
            let http = try Ends(["protect", "web", "--http", "--home", wardrobe.machine.home] + to)
            let (streamPort, httpPort) = (try await stream.listening(), try await http.listening())
            let listeners = [
                Listener(name: "stream", port: streamPort, version: "--http1.1", path: "/"),
                Listener(name: "HTTP/1.1", port: httpPort, version: "--http1.1", path: "/"),
                Listener(name: "HTTP/2", port: httpPort, version: "--http2", path: "/"),
            ]
            let other = wardrobe.stranger(copyingNames: true)
            let papers: [(String, Papers?, Int?)] = [
                ("none", nil, nil),
                (
                    "a stranger's",
                    try wardrobe.papers(wardrobe.leaf("laptop"), signedBy: other.issuing, beside: [other.issuingDER]),
                    nil
                ),
                ("revoked", wardrobe.revoked, nil),
                ("nobody's that is allowed", try wardrobe.issued("visitor", "client"), nil),
                ("honest", wardrobe.honest, 200),
            ]
            for listener in listeners {
                for (asked, serverName) in Self.serverNames {
                    for (shown, papers, expected) in papers {
                        let status = try await ask(listener, for: serverName, showing: papers)
                        #expect(status == expected, "\(listener.name), server name \(asked), papers \(shown)")
                    }
                }
                #expect(try isClosedForDatagrams(listener.port), "\(listener.name)")
            }
            // Where requests are read, their host is that of the handshake.
            for listener in listeners.dropFirst() {
                for (asked, serverName) in Self.serverNames {
                    let status = try await ask(listener, for: serverName, host: Self.other, showing: wardrobe.honest)
                    #expect(status == 421, "\(listener.name), server name \(asked), another host")
                }
            }
            #expect(service.requests.count == 3 * 3, "\(service.requests)")
        }

        @Test("T09: the authority's own listener asks for the same proof, whatever host and protocol")
        func authority() async throws {
            let served = try await Served.start()
            let port = try #require(served.address.split(separator: ":").last.flatMap { Int($0) })
            try #require(try served.here(["identity", "issue", "laptop", "--profile", "client"]).status == 0)
            var papers: [String: Papers?] = ["none": .none]
            for name in ["laptop", "administrator"] {
                let place = served.folder.file(name)
                let run = try served.here(["identity", "export", name, "--out", place, "--plain-key"])
                try #require(run.status == 0, "\(run.err)")
                papers[name] = Papers(chain: "\(place)/\(name).pem", key: "\(place)/\(name).key.pem")
            }
            var verdicts: [String: Set<Int>] = [:]
            for version in ["--http1.1", "--http2"] {
                let listener = Listener(name: version, port: port, version: version, path: "/api/v1/certificates")
                for serverName in Self.serverNames.values {
                    for (shown, papers) in papers {
                        let status = try await ask(listener, for: serverName, host: serverName, showing: papers)
                        verdicts[shown, default: []].insert(status ?? 0)
                    }
                }
            }
            #expect(verdicts["administrator"] == [200], "\(verdicts)")
            #expect(verdicts["none"]?.count == 1 && verdicts["laptop"]?.count == 1, "\(verdicts)")
            #expect(verdicts["none"]?.isSubset(of: [401, 403]) == true, "\(verdicts)")
            #expect(verdicts["laptop"]?.isSubset(of: [401, 403]) == true, "\(verdicts)")
            #expect(try isClosedForDatagrams(port))
        }
    }
}
