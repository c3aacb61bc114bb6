import Foundation
import SymbolonTestSupport
import Testing

extension RealPeers {
    @Suite("PostgreSQL through both ends")
    struct PostgreSQLThroughBothEnds {
        /// Lines of base64 text that make more than 100 MB.
        private static let octets = 75_000_000

        @Test("psql through a door runs a query, and copies 100 MB in and out, byte for byte")
        func copies() async throws {
            let server = try await PostgreSQLServer()
            let machine = try Machine()
            let ends = try await machine.bothEnds(to: server.port)
            // Plain on this leg: the door is on this machine's loopback, and proves for its clients.
            let door =
                "host=127.0.0.1 port=\(ends.door) user=postgres dbname=postgres sslmode=disable"

            #expect(try await psql(door, "select 6 * 7") == "42\n")

            let (sent, received) = (machine.folder.file("sent"), machine.folder.file("received"))
            try Bytes.writeText(of: Self.octets, to: sent)
            let size = try #require(try FileManager.default.attributesOfItem(atPath: sent)[.size] as? Int)
            #expect(size > 100_000_000)
            _ = try await psql(door, "create unlogged table lines (line text)", "\\copy lines from '\(sent)'")
            let count = try await psql(door, "select count(*) from lines")
            #expect(count == "\((size + 127) / 128)\n")
            _ = try await psql(door, "set synchronize_seqscans = off", "\\copy lines to '\(received)'")
            #expect(try Bytes.areEqual(sent, received))

            let counters = try await ends.protect.stop()
            #expect(counters.number("accepted") == 4)
            #expect(counters.number("bytesUp") ?? 0 > size)
            #expect(counters.number("bytesDown") ?? 0 > size)
            #expect(counters.number("backendBytesBeforeProof") == 0)
            try server.stop()
        }

        @Test("pgbench: 8 clients, a hundred transactions each, none failed")
        func transactions() async throws {
            let server = try await PostgreSQLServer()
            let machine = try Machine()
            let ends = try await machine.bothEnds(to: server.port)
            let door = [
                "-h", "127.0.0.1", "-p", "\(ends.door)", "-U", "postgres", "postgres",
            ]
            let made = try await Self.pgbench(["-i", "-q", "-s", "1"] + door)
            try #require(made.status == 0, "\(made.err)")
            // A connection a transaction, then kept ones.
            for options in [["-C", "-t", "10"], ["-t", "100"]] {
                let run = try await Self.pgbench(["-c", "8", "-j", "2"] + options + door)
                #expect(run.status == 0, "\(run.err)")
                let count = 8 * (Int(options.last ?? "") ?? 0)
                #expect(
                    run.out.contains("number of transactions actually processed: \(count)/\(count)"), "\(run.out)")
            }
            #expect(try await ends.protect.stop().number("accepted") ?? 0 > 88)
            try server.stop()
        }

        private static func pgbench(_ arguments: [String]) async throws -> ProgramRun {
            try await Socket.waiting { try SymbolonTestSupport.run(Tools.pgbench, arguments) }
        }

        @Test("psql that comes straight to the protected port gets nowhere")
        func straight() async throws {
            let backend = try Backend()
            let machine = try Machine()
            let protect = try await machine.protect(to: backend, "--allow", "app")
            for mode in ["disable", "require"] {
                let run = try await Self.run(
                    ["-X", "-d", "host=127.0.0.1 port=\(protect.port) user=postgres sslmode=\(mode)", "-c", "select 1"])
                #expect(run.status != 0)
                let refused = try await protect.ends.event("refused", number: mode == "disable" ? 0 : 1)
                #expect(refused["reason"] == "notTLS", "\(refused)")
            }
            #expect(backend.connections == 0)
        }

        private func psql(_ door: String, _ commands: String...) async throws -> String {
            let run = try await Self.run(
                ["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", door] + commands.flatMap { ["-c", $0] })
            try #require(run.status == 0, "\(run.err)")
            return run.out
        }

        private static func run(_ arguments: [String]) async throws -> ProgramRun {
            try await Socket.waiting { try SymbolonTestSupport.run("/usr/bin/psql", arguments) }
        }
    }
}
