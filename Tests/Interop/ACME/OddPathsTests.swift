import Foundation
import SymbolonTestSupport
import Testing

extension ACMEClients {
    @Suite("python3-acme") struct OddPaths {
        @Test(
            "nonces, accounts, key change, other accounts, lists, issuance, revocation, addresses, transport: as RFC 8555 says"
        )
        func walk() async throws {
            let scene = try await ACMEScene()
            let walk = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
                "Peers/walk.py")
            let run = try await scene.done(
                "/usr/bin/python3", ["-B", walk.path, scene.directory, "\(scene.httpPort)", scene.webRoot])
            let lines = run.out.split(separator: "\n")
            #expect(lines.count { $0.hasPrefix("ok: ") } == lines.count)
            #expect(lines.count == 21, "\(run.out)")
        }
    }
}
