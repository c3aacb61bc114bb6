import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("T24: no certificate means no entry, at every TLS port")
    struct NoCertificateMeansNoEntry {
        @Test("T24: openssl without a certificate is refused at each listening address, and with one is let in")
        func everyPort() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            try machine.done("identity", "issue", "laptop", "--profile", "client")
            let laptop = try machine.export("laptop", to: "laptop")
            let text = """
                protect:
                  - name: web
                    listen: [127.0.0.1:0, 127.0.0.1:0]
                    to: 127.0.0.1:\(backend.port)
                    allow: laptop
                  - name: ledger
                    listen: 127.0.0.1:0
                    to: 127.0.0.1:\(backend.port)
                    allow: laptop
                    tls: "1.2"
                """
            let file = try machine.folder.write(text, to: "run.yaml")
            let ends = try machine.start("run", "--config", file)
            _ = try await ends.listening("ledger")
            let ports = ends.events.filter { $0["event_type"] == "listening" }.compactMap {
                $0["address"]?.split(separator: ":").last.flatMap { Int($0) }
            }
            #expect(ports.count == 3)
            for port in ports {
                for version in ["-tls1_3", "-tls1_2"] {
                    let (stranger, _) = try await knock(port, [version])
                    #expect(stranger.isEmpty, "\(port) \(version)")
                }
                let (bytes, log) = try await knock(
                    port, ["-cert", laptop.chain, "-cert_chain", laptop.chain, "-key", laptop.key])
                #expect(bytes == "hello\n", "\(port): \(log)")
            }
            #expect(backend.bytes == 6 * ports.count)
            let refused = ends.events.filter { $0["event_type"] == "refused" }.compactMap { $0["reason"] }
            #expect(refused.filter { $0 == "noCertificate" }.count == 4)
            #expect(refused.filter { $0 == "protocolVersion" }.count == 2)
        }

        /// What comes back when openssl says hello to the service.
        private func knock(_ port: Int, _ options: [String]) async throws -> (out: String, log: String) {
            try await Socket.waiting {
                // Its input stays open until the answer is there: s_client ends with it.
                let script = """
                    trap '' PIPE
                    coproc openssl s_client -connect 127.0.0.1:\(port) -quiet "$@"
                    exec 3<&${COPROC[0]} 4>&${COPROC[1]}; pid=$COPROC_PID
                    echo hello >&4
                    head -c 6 <&3
                    kill -9 $pid
                    """
                let result = try SymbolonTestSupport.run("/bin/bash", ["-c", script, "bash"] + options)
                return (result.out, result.err)
            }
        }
    }
}
