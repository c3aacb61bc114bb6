import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("The service hears who is there, by the PROXY protocol")
    struct TheServiceHearsWhoIsThere {
        /// What a web server that expects the header answers through both ends, and what the service's end told of it.
        private func answer(_ machine: Machine, from port: Int) async throws -> (text: String, accepted: Event) {
            let protect = try machine.start(
                "protect", "web", "--to", "127.0.0.1:\(port)", "--listen", "127.0.0.1:0", "--allow", "laptop",
                "--proxy-protocol", "v2")
            _ = try await protect.listening()
            let reach = try await machine.reach("--as", "laptop")
            let asked = try SymbolonTestSupport.run(
                "/usr/bin/curl",
                [
                    "--silent", "--show-error", "--retry", "20", "--retry-connrefused", "--max-time", "60",
                    "http://127.0.0.1:\(reach.port)/",
                ])
            #expect(asked.status == 0, "\(asked.err)")
            let accepted = try await protect.event("accepted")
            _ = try await reach.ends.stop()
            _ = try await protect.stop()
            return (asked.out, accepted)
        }

        @Test("nginx takes the peer's address from it")
        func nginx() async throws {
            let machine = try Machine()
            let port = try ListeningSocket().port
            let nginx = try WebServer.nginx(
                """
                listen 127.0.0.1:\(port) proxy_protocol;
                location / { return 200 "$proxy_protocol_addr:$proxy_protocol_port"; }
                """, in: machine.folder)
            defer { nginx.signal(SIGTERM) }
            let (text, accepted) = try await answer(machine, from: port)
            #expect(text == accepted["address"])
        }

        @Test("HAProxy takes the address and the connection's number from it")
        func haproxy() async throws {
            let machine = try Machine()
            let port = try ListeningSocket().port
            let haproxy = try WebServer.haproxy(
                WebServer.haproxyConfiguration(
                    "http",
                    [
                        "bind 127.0.0.1:\(port) accept-proxy",
                        "http-request return status 200 content-type text/plain lf-string"
                            + " \"%[src]:%[src_port] %[fc_pp_unique_id]\"",
                    ], in: machine.folder))
            defer { haproxy.signal(SIGTERM) }
            let (text, accepted) = try await answer(machine, from: port)
            #expect(text == "\(accepted["address"] ?? "") web/\(accepted.number("id") ?? 0)")
        }
    }
}
