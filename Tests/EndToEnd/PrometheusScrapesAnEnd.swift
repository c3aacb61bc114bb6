import Foundation
import SymbolonTestSupport
import Synchronization
import Testing

extension EndToEnd {
    @Suite("Prometheus scrapes an end, and the dashboard's queries return data")
    struct PrometheusScrapesAnEnd {
        private static let dashboard = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Integrations/grafana/symbolon-ends.json")

        @Test("the page is one by promtool's rules, says what happened, and names no peer")
        func page() async throws {
            let stage = try await Stage()
            try await stage.talk()
            // A stranger, who is refused, and whose name is no label.
            _ = try run(
                "/usr/bin/openssl",
                ["s_client", "-connect", "127.0.0.1:\(stage.protect.port)", "-servername", "x.example"])
            try await stage.protect.ends.event("refused")
            let page = try stage.page()
            let checked = try run("/usr/bin/promtool", ["check", "metrics"], input: page.utf8)
            #expect(checked.status == 0 && checked.err.isEmpty, "\(checked.out)\(checked.err)\(page)")
            for line in [
                "symbolon_end_handshakes_total{reason=\"\",result=\"accepted\",role=\"protect\",service=\"web\"} 1",
                "symbolon_end_handshakes_total{reason=\"noCertificate\",result=\"refused\",role=\"protect\",service=\"web\"} 1",
                "symbolon_end_connections{role=\"protect\",rule=\"spiffe://example.internal/laptop\",service=\"web\"} 1",
                "symbolon_end_bytes_total{direction=\"up\",role=\"protect\",service=\"web\"} 1",
                "symbolon_end_verification_seconds_count{role=\"protect\",service=\"web\"} 1",
                "symbolon_end_limited_total{limit=\"connections\",role=\"protect\",service=\"web\"} 0",
                "symbolon_end_bytes_before_proof_total{role=\"protect\",service=\"web\"} 0",
                "symbolon_revocation_version 0",
            ] { #expect(page.contains("\n\(line)\n"), "\(line)") }
            #expect(page.contains("\nsymbolon_identity_seconds_left{identity=\"web\"} 8"))
            #expect(page.contains("\nsymbolon_authority_silence_seconds 0"))
            #expect(!page.contains("x.example") && !page.contains("person/"))
            // Nothing else is there.
            #expect(try stage.get("/").status == 404 && stage.get("/metrics", ["-X", "POST"]).status == 405)
            // A revocation is another version.
            try stage.machine.done("identity", "revoke", "laptop")
            try await stage.protect.ends.event("closed")
            #expect(try stage.page().contains("\nsymbolon_revocation_version 1\n"))
            #expect(
                try stage.page().contains("\nsymbolon_end_connections{role=\"protect\",rule=\"\",service=\"web\"} 0\n"))
        }

        @Test("an authority's page is one by promtool's rules, too")
        func authority() async throws {
            let machine = try Machine()
            let up = try machine.start(
                "up", "--listen", "127.0.0.1:0", "--publish-at", "http://127.0.0.1:8099", "--publish-on", "127.0.0.1:0")
            let listening = try await up.event("authority") { $0["change"] == "listening" }
            try await up.event("authority") { $0["change"] == "publishing" }
            let address = try #require(listening["address"])
            let script =
                "curl -sSk --max-time 20 \"$0\" >/dev/null && curl -sSk --max-time 20 \"$0\" | promtool check metrics"
            let checked = try run("/bin/bash", ["-o", "pipefail", "-c", script, "https://\(address)/metrics"])
            #expect(checked.status == 0 && checked.err.isEmpty, "\(checked.out)\(checked.err)")
            up.signal(SIGTERM)
            #expect(try await up.ended().status == 0)
        }

        @Test("each query of the dashboard returns data from the real Prometheus")
        func dashboard() async throws {
            let stage = try await Stage()
            let prometheus = try await Prometheus(scraping: stage.metrics, in: stage.machine.folder)
            var open = try Self.queries()
            #expect(open.count > 10)
            let haveData = try await eventually(within: .seconds(60)) {
                try await stage.talk()
                open = try open.filter { try !prometheus.hasData($0) }
                return open.isEmpty
            }
            #expect(haveData, "no data: \(open)\n\(prometheus.log)")
            // The honest twin: what nobody counts has none.
            #expect(try prometheus.hasData("sum(symbolon_end_dragons_total)") == false)
            await prometheus.stop()
        }

        /// As Grafana would send them: for all services, over a span that has several scrapes in it.
        private static func queries() throws -> [String] {
            let object = try JSONSerialization.jsonObject(with: Data(contentsOf: dashboard)) as? [String: Any]
            let panels = try #require(object?["panels"] as? [[String: Any]])
            return panels.flatMap { $0["targets"] as? [[String: Any]] ?? [] }.compactMap { $0["expr"] as? String }.map {
                $0.replacing("$service", with: ".*").replacing("$__rate_interval", with: "30s")
            }
        }

        /// A service with metrics, and a door to it.
        private final class Stage: Sendable {
            let machine: Machine
            let protect: (ends: Ends, port: Int)
            let metrics: String
            private let backend: Backend
            private let reach: (ends: Ends, port: Int)
            private let talking = Mutex<[Socket]>([])

            init() async throws {
                (machine, backend) = (try Machine(), try Backend())
                protect = try await machine.protect(to: backend, "--allow", "laptop", "--metrics", "0")
                metrics = try #require(try await protect.ends.event("metrics")["address"])
                reach = try await machine.reach("--as", "laptop")
            }

            /// Over a new connection, which stays.
            func talk() async throws {
                let socket = try await Socket.echoed(reach.port)
                talking.withLock { $0.append(socket) }
            }

            func page() throws -> String { "\n" + (try get("/metrics").body) }

            func get(_ path: String, _ options: [String] = []) throws -> (status: Int, body: String) {
                let answer = try run(
                    "/usr/bin/curl",
                    ["-sS", "--max-time", "20", "-w", "\n%{http_code}", "http://\(metrics)\(path)"] + options)
                let lines = answer.out.split(separator: "\n", omittingEmptySubsequences: false)
                return (Int(lines.last ?? "") ?? 0, lines.dropLast().joined(separator: "\n"))
            }
        }
    }
}

/// Debian's Prometheus, with one target.
private final class Prometheus: Sendable {
    private let program: RunningProgram
    private let place: String

    var log: String { program.complaints.text }

    init(scraping target: String, in folder: TemporaryFolder) async throws {
        place = "127.0.0.1:\(try ListeningSocket().port)"
        try folder.write(
            """
            global: {scrape_interval: 500ms, scrape_timeout: 500ms}
            scrape_configs:
              - job_name: symbolon-ends
                static_configs: [{targets: ['\(target)']}]
            """, to: "prometheus.yml")
        program = try RunningProgram([
            "/usr/bin/prometheus", "--config.file", folder.file("prometheus.yml"), "--storage.tsdb.path",
            folder.file("prometheus"), "--web.listen-address", place,
        ])
        let isReady = try await eventually {
            try run("/usr/bin/curl", ["-sSf", "--max-time", "5", "http://\(place)/-/ready"]).status == 0
        }
        try #require(isReady, "\(program.complaints.text)")
    }

    /// Whether a query gives at least one number.
    func hasData(_ query: String) throws -> Bool {
        let answer = try run(
            "/usr/bin/curl",
            ["-sS", "--max-time", "20", "-G", "--data-urlencode", "query=\(query)", "http://\(place)/api/v1/query"])
        let object = try JSONSerialization.jsonObject(with: Data(answer.outBytes)) as? [String: Any]
        try #require(object?["status"] as? String == "success", "\(query): \(answer.out)")
        let results = (object?["data"] as? [String: Any])?["result"] as? [[String: Any]] ?? []
        return results.contains { (($0["value"] as? [Any])?.last as? String).flatMap(Double.init)?.isFinite == true }
    }

    func stop() async {
        program.signal(SIGTERM)
        _ = await program.ended(within: Ends.patience)
    }
}
