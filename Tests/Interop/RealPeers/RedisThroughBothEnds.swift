import Foundation
import SymbolonTestSupport
import Testing

extension RealPeers {
    @Suite("Redis through both ends")
    struct RedisThroughBothEnds {
        /// Redis at a loopback port, with nothing on the disk.
        private struct Server {
            let port: Int
            private let program: RunningProgram

            init(in folder: TemporaryFolder) async throws {
                // One program by two names; the tools' package has it, without a service that starts by itself.
                let path = folder.file("redis-server")
                try FileManager.default.createSymbolicLink(
                    atPath: path, withDestinationPath: try Tools.redisServer)
                // It cannot choose a port and say which: one that was just free is taken.
                let port = try ListeningSocket().port
                let program = try RunningProgram([
                    path, "--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir",
                    folder.path,
                ])
                let isReady = await program.lines.first(after: 0, within: Ends.patience) {
                    $0.contains("Ready to accept connections") ? true : nil
                }
                try #require(isReady == true, "\(program.lines.text)")
                (self.port, self.program) = (port, program)
            }
        }

        private func tool(_ path: String, _ arguments: [String], input: [UInt8] = []) async throws -> String {
            let run = try await Socket.waiting { try SymbolonTestSupport.run(path, arguments, input: input) }
            try #require(run.status == 0, "\(run.out)\(run.err)")
            return run.out
        }

        @Test(
            "redis-cli keeps and gets ten megabytes; redis-benchmark's fifty clients, sixteen commands at a time, all get theirs"
        )
        func works() async throws {
            let machine = try Machine()
            let server = try await Server(in: machine.folder)
            let ends = try await machine.bothEnds(to: server.port)
            let door = ["-h", "127.0.0.1", "-p", "\(ends.door)"]

            let value = (0..<10_000_000).map { UInt8(truncatingIfNeeded: 0x61 + $0 % 23) }
            #expect(try await tool(Tools.redisClient, door + ["-x", "SET", "large"], input: value) == "OK\n")
            #expect(try await tool(Tools.redisClient, door + ["GET", "large"]).utf8.dropLast().elementsEqual(value))
            let report = try await tool(
                Tools.redisBenchmark, door + ["-t", "set,get", "-n", "20000", "-c", "50", "-P", "16", "--csv"])
            #expect(report.contains("\"SET\"") && report.contains("\"GET\""), "\(report)")

            let counters = try await ends.protect.stop()
            #expect(counters.number("accepted") ?? 0 >= 102)
            #expect(counters.number("backendBytesBeforeProof") == 0)
        }

        @Test("redis-cli that comes straight to the protected port gets nowhere")
        func straight() async throws {
            let machine = try Machine()
            let server = try await Server(in: machine.folder)
            let ends = try await machine.bothEnds(to: server.port)
            let run = try await Socket.waiting {
                try SymbolonTestSupport.run(Tools.redisClient, ["-h", "127.0.0.1", "-p", "\(ends.port)", "PING"])
            }
            #expect(!run.out.contains("PONG"), "\(run.out)")
            #expect(try await ends.protect.event("refused")["reason"] == "notTLS")
        }
    }
}
