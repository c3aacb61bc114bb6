import Foundation
import SymbolonTestSupport
import Testing

extension RealPeers {
    @Suite("SSH through both ends")
    struct SSHThroughBothEnds {
        /// dropbear with a host key of its own, in a home of its own, and OpenSSH's client at a door to it.
        private struct Scene {
            let machine: Machine
            let protect: Ends
            private let server: Service
            private let reach: Ends
            private let options: [String]
            private let port: Int

            init() async throws {
                machine = try Machine()
                let folder = machine.folder
                try Self.done(Tools.sshKeygen, ["-q", "-t", "ed25519", "-N", "", "-f", folder.file("key")])
                let host = try Self.done(
                    Tools.dropbearKey, ["-t", "ed25519", "-f", folder.file("host")])
                let line = try #require(host.split(separator: "\n").first { $0.hasPrefix("ssh-ed25519 ") })
                let known = try folder.write(Array("box \(line)\n".utf8), to: "known")
                // Its own mounts: the user's home is empty for it, and as it was for everybody else. This may lie there.
                let isRoot = geteuid() == 0
                let home = FileManager.default.homeDirectoryForCurrentUser.path
                server = try await Service(
                    words: [
                        "/usr/bin/unshare", isRoot ? "-m" : "-rm", "/bin/sh", "-c",
                        "exec 3< \"$1\" && shift && mount -t tmpfs -o mode=700 none \"$0\" && exec \"$@\"", home,
                        RealPeers.script("ssh_server.py"), "/usr/bin/python3", "/dev/fd/3", folder.file("host"),
                        folder.file("key.pub"),
                    ])
                (protect, reach, _, port) = try await machine.bothEnds(to: server.port)
                options = [
                    "-F", "none", "-i", folder.file("key"), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o",
                    "UserKnownHostsFile=\(known)", "-o", "GlobalKnownHostsFile=none", "-o", "StrictHostKeyChecking=yes",
                    "-o", "HostKeyAlias=box",
                ]
            }

            @discardableResult
            private static func done(_ program: String, _ arguments: [String]) throws -> String {
                let run = try SymbolonTestSupport.run(program, arguments)
                try #require(run.status == 0, "\(run.out)\(run.err)")
                return run.out
            }

            private var user: String { NSUserName() }

            /// A session that runs this.
            func session(_ command: String) throws -> RunningProgram {
                try RunningProgram(
                    [try Tools.ssh] + options + ["-p", "\(port)", "\(user)@127.0.0.1", command], inputStaysOpen: true)
            }

            func copy(_ one: String, _ other: String) async throws {
                // -O: dropbear brings no server of files; `scp` itself is at both ends.
                func place(_ path: String) -> String {
                    path.hasPrefix(":") ? "\(user)@127.0.0.1\(path)" : path
                }
                let arguments = ["-O", "-q"] + options + ["-P", "\(port)", place(one), place(other)]
                let run = try await Socket.waiting { try SymbolonTestSupport.run(try Tools.scp, arguments) }
                try #require(run.status == 0, "\(run.out)\(run.err)\(server.program.complaints.text)")
            }
        }

        @Test("a login, a command, and a file of 32 megabytes there and back, byte for byte")
        func works() async throws {
            let scene = try await Scene()
            let session = try scene.session("echo proved; exit 7")
            #expect(await session.ended(within: patience) == 7, "\(session.complaints.text)")
            #expect(session.lines.all == ["proved"])
            let folder = scene.machine.folder
            try Bytes.write(32 << 20, to: folder.file("large"))
            try await scene.copy(folder.file("large"), ":\(folder.file("there"))")
            #expect(try Bytes.areEqual(folder.file("large"), folder.file("there")))
            try await scene.copy(":\(folder.file("there"))", folder.file("back"))
            #expect(try Bytes.areEqual(folder.file("large"), folder.file("back")))
            let counters = try await scene.protect.stop()
            #expect(counters.number("accepted") == 3)
            #expect(counters.number("bytesUp") ?? 0 > 32 << 20 && counters.number("bytesDown") ?? 0 > 32 << 20)
        }

        @Test("a revocation cuts a session under way")
        func revoked() async throws {
            let scene = try await Scene()
            let session = try scene.session("cat")
            try session.say("still there")
            let hears = await session.lines.first(after: 0, within: patience) { $0 == "still there" ? true : nil }
            try #require(hears == true, "\(session.complaints.text)")
            try scene.machine.done("identity", "revoke", "app")
            // As ssh says of a connection that broke.
            #expect(await session.ended(within: patience) == 255, "\(session.complaints.text)")
            #expect(try await scene.protect.event("closed")["reason"] == "revoked")
        }
    }
}
