import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("An unsafe home starts nothing")
    struct AnUnsafeHomeStartsNothing {
        @Test("a home open to others is refused with the command that closes it; closed, it starts")
        func wideHome() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: machine.home)
            let ends = try machine.start("protect", "web", "--to", "127.0.0.1:1", "--listen", "127.0.0.1:0")
            let ended = try await ends.ended()
            #expect(ended.status == 3)
            #expect(ended.complaint.contains("chmod 0700 '\(machine.home)'"))
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: machine.home)
            _ = try await machine.protect(to: backend).ends.stop()
        }

        @Test("a key file open to others is refused with the command that closes it")
        func wideKey() async throws {
            let machine = try Machine()
            try machine.done("identity", "issue", "web", "--profile", "service")
            let files = try machine.export("web", to: "web")
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: files.key)
            let ends = try machine.start(
                "protect", "web", "--to", "127.0.0.1:1", "--listen", "127.0.0.1:0", "--certificate", files.chain,
                "--key", files.key, "--anchors", files.anchors)
            let ended = try await ends.ended()
            #expect(ended.status == 3)
            #expect(ended.complaint.contains("chmod 0600"))
        }
    }
}
