import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    /// As long as `SYMBOLON_SOAK` says, in seconds: 3600 for the hour. 20 s otherwise.
    @Suite("An end that is busy for an hour is as it was at its beginning")
    struct AnEndIsBusyForAnHour {
        private struct Told: Decodable {
            let served: Int
            let aborted: Int
            let octets: Int
            let wrong: [String]
        }

        private static let seconds = Soak.seconds(otherwise: 20)

        private static func churn(_ port: Int, seconds: Int) async throws -> Told {
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
                "Load/churn.py")
            let run = try await Socket.waiting {
                try SymbolonTestSupport.run("/usr/bin/python3", ["-B", script.path, "\(port)", "\(seconds)", "32"])
            }
            try #require(run.status == 0, "\(run.err)")
            return try JSONDecoder().decode(Told.self, from: Data(run.outBytes))
        }

        @Test("clients come, go and break off, identities change each second: no byte is lost or crossed")
        func churn() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            try machine.done("identity", "issue", "laptop", "--profile", "client")
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let reach = try await machine.reach("--as", "laptop")
            // Whatever is made once is made by then.
            _ = try await Self.churn(reach.port, seconds: 3)
            let ends = [protect.ends, reach.ends]
            let before = try ends.map { (files: try $0.openFiles, octets: $0.residentBytes) }

            async let load = Self.churn(reach.port, seconds: Self.seconds)
            let begun = ContinuousClock.now
            var replaced = 0
            while ContinuousClock.now - begun < .seconds(Self.seconds) {
                let name = replaced.isMultiple(of: 2) ? "laptop" : "web"
                let profile = name == "web" ? "service" : "client"
                try await Socket.waiting { _ = try machine.done("identity", "issue", name, "--profile", profile) }
                replaced += 1
                // The pace, not a wait for anything.
                try await Task.sleep(for: .seconds(1))
            }
            let told = try await load
            print(
                "soak: \(told.served) served, \(told.aborted) broke off, \(told.octets >> 20) MiB there and back, "
                    + "\(replaced) identities in \(Self.seconds) s")
            #expect(told.wrong.isEmpty, "\(told.wrong)")
            #expect(told.served > Self.seconds && told.aborted > Self.seconds / 4)

            for (end, before) in zip(ends, before) {
                _ = try await eventually { try end.openFiles <= before.files }
                #expect(try end.openFiles <= before.files)
                let growth = (end.residentBytes - before.octets) >> 20
                print("soak: \(growth) MiB more")
                // 24 MiB: 32 connections with full buffers on both legs, what the allocator keeps of them, and a few
                // thousand leaves that were proved. A key that was opened leaves nothing (16 MiB each otherwise).
                #expect(growth < 24, "\(growth) MiB more")
            }
            for end in [reach.ends, protect.ends] {
                let counters = try await end.stop()
                #expect(counters.number("live") == 0 && counters.number("handshakesInProgress") == 0)
                #expect(counters.number("backendBytesBeforeProof") == 0)
            }
        }
    }
}
