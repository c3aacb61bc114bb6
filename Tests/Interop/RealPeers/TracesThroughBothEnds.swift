import Foundation
import SymbolonTestSupport
import Testing

extension RealPeers {
    @Suite(
        "OpenTelemetry: the trace of a client of others' making goes through both ends to a service of others' making")
    struct TracesThroughBothEnds {
        private struct Heard: Decodable {
            let trace: String
            let parent: String
            let sampled: Bool
            let ownTrace: String
            let ownSpan: String
        }

        /// The first line that a collector wrote of a span of this name and kind.
        private func span(_ collector: Service, _ name: String, kind: Int, after count: Int = 0) async throws -> Event {
            let found = await collector.program.lines.first(after: count, within: patience) { line -> Event? in
                guard let event = Event(line), event["event_type"] == "span" else { return nil }
                return event["name"] == name && event["kind"] == "\(kind)" ? event : nil
            }
            return try #require(
                found, "no \(name):\n\(collector.program.lines.text)\(collector.program.complaints.text)")
        }

        @Test("over http, and over https with a collector that proves itself", arguments: [false, true])
        func through(isSecure: Bool) async throws {
            let machine = try Machine()
            try machine.done("identity", "issue", "app", "--profile", "client")
            var words = ["1"]
            var options: [String] = []
            if isSecure {
                try machine.done(
                    "identity", "issue", "collector", "--profile", "service", "--dns", "collector.example.internal",
                    "--ip", "127.0.0.1")
                let papers = try machine.export("collector", to: "collector")
                words += [papers.chain, papers.key]
                options = ["--traces-anchors", papers.anchors]
            }
            let collector = try await Service(
                words: [try Tools.python, "-B", RealPeers.script("trace_collector.py")] + words)
            let place = "\(isSecure ? "https" : "http")://127.0.0.1:\(collector.port)"
            let service = try await Service("traced_peer.py", "serve")
            let tracing = ["--traces", place, "--home", machine.home] + options
            let protect = try Ends(
                [
                    "protect", "web", "--to", "127.0.0.1:\(service.port)", "--listen", "127.0.0.1:0", "--allow", "app",
                    "--http",
                ] + tracing)
            let port = try await protect.listening()
            let reach = try Ends(
                ["reach", "web", "--listen", "127.0.0.1:0", "--as", "app", "--at", "127.0.0.1:\(port)"] + tracing)
            let door = try await reach.listening()

            let asked = try await Socket.waiting {
                try SymbolonTestSupport.run(
                    try Tools.python,
                    ["-B", RealPeers.script("traced_peer.py"), "ask", "\(door)", RealPeers.name, "/a/b?token=secret"])
            }
            try #require(asked.status == 0, "\(asked.out)\(asked.err)")
            let heard = try JSONDecoder().decode(Heard.self, from: Data(asked.out.utf8))
            #expect(heard.trace == heard.ownTrace && heard.parent != heard.ownSpan && heard.sampled)

            let server = try await span(collector, "GET", kind: 2)
            let client = try await span(collector, "GET", kind: 3)
            #expect(server["trace"] == heard.ownTrace && server["parent"] == heard.ownSpan && server["status"] == "0")
            #expect(client["trace"] == heard.ownTrace && client["parent"] == server["span"])
            #expect(client["span"] == heard.parent && server["url.path"] == "/a/b" && server["links"] == "1")
            #expect(server["symbolon.peer"] == "spiffe://example.internal/app" && server["lasts"] == "True")
            #expect(server["http.response.status_code"] == "200")

            _ = try await (protect.stop(), reach.stop())
            // Each end's own, sent before it ended.
            for (name, kind, peer) in [("protect web", 2, "app"), ("reach web", 3, "web")] {
                let connection = try await span(collector, name, kind: kind)
                #expect(connection["symbolon.peer"] == "spiffe://example.internal/\(peer)")
                #expect(connection["tls.protocol.version"] == "1.3" && connection["parent"] == "")
                #expect(connection["trace"] != heard.ownTrace && connection["resource"] == "symbolon/unreleased")
                #expect(connection["events"]?.contains("symbolon.handshake,symbolon.decision") == true)
            }
            #expect(collector.count("event_type", "unreadable") == 0 && collector.count("event_type", "failed") == 1)
            #expect(!collector.program.lines.text.contains("secret"))
        }

        @Test("what stands in no clear place is not traced: a collector that nobody vouches for gets nothing")
        func impostor() async throws {
            let machine = try Machine()
            try machine.done(
                "identity", "issue", "collector", "--profile", "service", "--dns", "collector.example.internal", "--ip",
                "127.0.0.1")
            let papers = try machine.export("collector", to: "collector")
            let collector = try await Service(
                words: [try Tools.python, "-B", RealPeers.script("trace_collector.py"), "0", papers.chain, papers.key])
            let service = try await Service("traced_peer.py", "serve")
            // By the system's authorities.
            let protect = try machine.start(
                "protect", "web", "--to", "127.0.0.1:\(service.port)", "--listen", "127.0.0.1:0", "--allow", "app",
                "--traces", "https://127.0.0.1:\(collector.port)")
            let port = try await protect.listening()
            _ = try await Socket.waiting {
                try SymbolonTestSupport.run("/usr/bin/curl", ["-sk", "--max-time", "60", "https://127.0.0.1:\(port)/"])
            }
            let warning = try await protect.event("warning") { $0["what"]?.contains("do not reach") == true }
            #expect(warning["why"]?.contains("has not proved itself") == true, "\(warning)")
            _ = try await protect.stop()
            #expect(collector.program.lines.count == 1)
        }
    }
}
