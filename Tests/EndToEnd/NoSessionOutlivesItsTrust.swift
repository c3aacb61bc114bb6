import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("T02, T03, T04: no session is resumed, so that none outlives what it was trusted for")
    struct NoSessionOutlivesItsTrust {
        private struct Visit {
            let said: String
            /// A handshake was made to its end, and it was a full one.
            var isLetIn: Bool { said.contains("\nNew, TLSv1.3") && said.contains("echo of a visit") }
            var isResumed: Bool { said.contains("\nReused, ") }
            var hasTicket: Bool { said.contains("Session Ticket arrived") || said.contains("TLS session ticket:") }
        }

        /// OpenSSL's client, which takes whatever ticket it is given, and shows the one that it has.
        private static func visit(
            _ machine: Machine, _ port: Int, _ papers: (chain: String, key: String, anchors: String)
        ) throws -> Visit {
            let session = machine.folder.file("session.pem")
            let resumes = FileManager.default.fileExists(atPath: session) ? "-sess_in \(session)" : ""
            // It waits for what comes back, or for the end of the connection, and a moment longer for a ticket.
            let script = """
                (echo 'echo of a visit'; sleep 1) | timeout 20 openssl s_client -connect 127.0.0.1:\(port) -no_ign_eof \
                    -cert \(papers.chain) -key \(papers.key) -cert_chain \(papers.chain) -CAfile \(papers.anchors) \
                    -sess_out \(session) \(resumes) 2>&1
                """
            return Visit(said: try run("/bin/sh", ["-c", script]).out)
        }

        @Test(
            "a client with what it was given by its first visit makes a full handshake, and after the change it is refused",
            arguments: ["retired", "revoked", "ended"])
        func refused(_ change: String) async throws {
            let (machine, backend) = (try Machine(), try Backend())
            // Long enough for two visits on a busy machine.
            let life = change == "ended" ? 30.0 : 3600
            let issued = Date()
            try machine.done("identity", "issue", "laptop", "--profile", "client", "--life", "\(Int(life))s")
            let papers = try machine.export("laptop", to: "laptop")
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            for _ in 0..<2 {
                let visit = try Self.visit(machine, protect.port, papers)
                #expect(visit.isLetIn, "\(visit.said)")
                #expect(!visit.isResumed)
                #expect(!visit.hasTicket)
            }
            if change == "ended" {
                // T04: nothing to wait for but time. Times in certificates are whole seconds, and the last one counts.
                try await Task.sleep(for: .seconds(max(0, issued.addingTimeInterval(life + 2).timeIntervalSinceNow)))
                return try await Self.refused(machine, protect, papers)
            }
            let before = protect.ends.count
            if change == "revoked" {
                // T03
                try machine.done("identity", "revoke", "laptop")
            } else {
                // T02: what was believed is believed no more.
                let list = try machine.done("authority", "list", "--json")
                let first = try #require(
                    list.split(separator: "\n").compactMap { Event(String($0)) }.first {
                        $0["role"] == "issuing"
                    }?["name"])
                let made = try machine.done("authority", "prepare", "--json")
                let next = try #require(Event(made.trimmingCharacters(in: .newlines))?["name"])
                try machine.done("authority", "activate", next, "--even-so")
                try machine.done("identity", "renew", "web")
                try await protect.ends.event("identity", after: before) { $0["change"] == "replaced" }
                try machine.done("authority", "retire", first, "--even-so")
            }
            // The end has as many trusts of its own as it had identities, too: what it has confirmed is what is in force.
            let isInForce = try await eventually {
                let standing = try machine.done("ends", "list", "--json").split(separator: "\n").lazy
                    .compactMap { Event(String($0)) }.first
                return standing?["state"] == "current"
            }
            #expect(isInForce)
            try await Self.refused(machine, protect, papers)
        }

        private static func refused(
            _ machine: Machine, _ protect: (ends: Ends, port: Int),
            _ papers: (chain: String, key: String, anchors: String)
        ) async throws {
            let before = protect.ends.count
            let visit = try visit(machine, protect.port, papers)
            #expect(!visit.isLetIn, "\(visit.said)")
            #expect(!visit.isResumed)
            try await protect.ends.event("refused", after: before)
        }
    }
}
