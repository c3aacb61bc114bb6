import Foundation
import SymbolonStorage
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("A policy is published to every end, is in force at once, and never goes back")
    struct APolicyIsPublishedToEveryEnd {
        private static func rules(_ names: String...) -> String {
            "rules:\n  - allow: those\n    from: [\(names.joined(separator: ", "))]\n"
        }

        @Test("no version is no rule; one lets in, the next closes what it no longer allows, and each is confirmed")
        func published() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--policy", "authority")
            let early = try await machine.reach("--as", "laptop")
            #expect(try await Socket.connect(early.port).readToEnd().bytes.isEmpty)
            #expect(try await protect.ends.event("refused")["reason"] == "policy")

            let file = try machine.folder.write(Self.rules("laptop"), to: "policy.yaml")
            let first = try machine.run("policy", "publish", file, "--note", "begin")
            #expect(first.status == 0 && first.out.contains("2 of 2 ends confirmed in "), "\(first.out)\(first.err)")
            let client = try await Socket.echoed(early.port)
            #expect(try await protect.ends.event("policy")["file"] == "authority")

            // What is no policy publishes nothing, and nothing changes.
            try machine.folder.write("rules:\n  - allow: x\n    form: web\n", to: "policy.yaml")
            let bad = try machine.run("policy", "publish", file)
            #expect(bad.status == 78 && bad.err.contains("policy.yaml:3:5: "), "\(bad.err)")
            try await client.write([2])
            #expect(try await client.read(1) == [2])

            try machine.folder.write(Self.rules("phone"), to: "policy.yaml")
            let second = try machine.run("policy", "publish", file)
            #expect(second.status == 0 && second.out.contains("~ those"), "\(second.out)\(second.err)")
            _ = try await client.readToEnd()
            let closed = try await protect.ends.event("closed")
            #expect(closed["reason"] == "policy" && closed["alert"] == "access_denied")

            // An earlier text is in force again, as a new version.
            let third = try machine.run("policy", "publish", "--again", "1")
            #expect(third.out.contains("published   version 3"), "\(third.out)\(third.err)")
            let again = try await Socket.connect(early.port)
            try await again.write([3])
            #expect(try await again.read(1) == [3])
            #expect(try machine.done("policy", "show").contains("[laptop]"))
            _ = try await early.ends.stop()
            _ = try await protect.ends.stop()
        }

        @Test("what was published while an end was away is in force when it returns; with nobody there, what it knew")
        func away() async throws {
            let scene = try await TwoNodes()
            let backend = try Backend()
            func publish(_ names: String...) throws {
                let text = "rules:\n  - allow: those\n    from: [\(names.joined(separator: ", "))]\n"
                let file = try scene.folder.write(text, to: "policy.yaml")
                let ran = try scene.run("policy", "publish", file, "--wait", "20")
                try #require(ran.status == 0, "\(ran.out)\(ran.err)")
            }
            func protect() throws -> Ends {
                try Ends([
                    "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--home",
                    scene.machine, "--policy", "authority", "--json",
                ])
            }
            try publish("laptop")
            var end = try protect()
            try await end.event("policy") { $0.number("version") == 1 }
            _ = try await scene.talk("laptop", to: try await end.listening())
            #expect(try await scene.isRefused("phone", at: try await end.listening()))
            _ = try await end.stop()

            try publish("phone")
            end = try protect()
            try await end.event("policy") { $0.number("version") == 2 }
            _ = try await scene.talk("phone", to: try await end.listening())
            #expect(try await scene.isRefused("laptop", at: try await end.listening()))
            _ = try await end.stop()

            // Nobody of the authority is there, and it starts with what it knew.
            try await scene.kill(0)
            try await scene.kill(1)
            end = try protect()
            _ = try await scene.talk("phone", to: try await end.listening())
            #expect(try await scene.isRefused("laptop", at: try await end.listening()))
            _ = try await end.stop()
        }

        @Test("Z12: a store that is put back to an older version is not followed, and that is loud; a later one is")
        func putBack() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let file = try machine.folder.write(Self.rules("laptop"), to: "policy.yaml")
            try machine.done("policy", "publish", file)
            let files = ["authority.sqlite", "authority.sqlite-wal", "authority.sqlite-shm"]
            for name in files where FileManager.default.fileExists(atPath: "\(machine.home)/\(name)") {
                try FileManager.default.copyItem(
                    atPath: "\(machine.home)/\(name)", toPath: machine.folder.file(name))
            }

            try machine.folder.write(Self.rules("phone"), to: "policy.yaml")
            try machine.done("policy", "publish", file)
            let protect = try await machine.protect(to: backend, "--policy", "authority")
            let reach = try await machine.reach("--as", "laptop")
            #expect(try await Socket.connect(reach.port).readToEnd().bytes.isEmpty)
            _ = try await protect.ends.stop()
            _ = try await reach.ends.stop()

            for name in files {
                try? FileManager.default.removeItem(atPath: "\(machine.home)/\(name)")
                guard FileManager.default.fileExists(atPath: machine.folder.file(name)) else { continue }
                try FileManager.default.copyItem(
                    atPath: machine.folder.file(name), toPath: "\(machine.home)/\(name)")
            }
            let back = try await machine.protect(to: backend, "--policy", "authority")
            #expect(try await back.ends.event("policyRefused").description.contains("a version never goes back"))
            let door = try await machine.reach("--as", "laptop")
            #expect(try await Socket.connect(door.port).readToEnd().bytes.isEmpty)
            #expect(try await back.ends.event("refused")["reason"] == "policy")
            _ = try await door.ends.stop()
            _ = try await back.ends.stop()
        }

        @Test("Z12: what was altered in the store is not taken, is loud and is not confirmed; what is honest again is")
        func altered() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let file = try machine.folder.write(Self.rules("laptop"), to: "policy.yaml")
            try machine.done("policy", "publish", file)
            let protect = try await machine.protect(to: backend, "--policy", "authority")
            let reach = try await machine.reach("--as", "laptop")
            let client = try await Socket.echoed(reach.port)

            // Counted so that the schema lets it pass: no rule names the group.
            try machine.done("group", "add", "others", "phone")
            let stranger = try run(
                "/usr/bin/sqlite3",
                [
                    "\(machine.home)/authority.sqlite",
                    """
                    UPDATE policy_statement SET groups_number = 1, statement =
                        CAST(replace(CAST(statement AS TEXT), '"signature":"', '"signature":"AA') AS BLOB);
                    UPDATE change_counter SET value = value + 1;
                    """,
                ])
            try #require(stranger.status == 0, "\(stranger.err)")
            #expect(try await protect.ends.event("policyRefused")["file"] == "authority")
            let isBehind = try await eventually {
                try machine.done("ends", "list", "--json").split(separator: "\n").compactMap { Event(String($0)) }
                    .contains { $0["name"]?.hasPrefix("web (protect)") == true && $0["state"] == "behind" }
            }
            #expect(isBehind)
            try await client.write([2])
            #expect(try await client.read(1) == [2])

            // The honest twin.
            try machine.folder.write(Self.rules("phone"), to: "policy.yaml")
            let next = try machine.run("policy", "publish", file, "--wait", "20")
            #expect(next.status == 0 && next.out.contains("2 of 2 ends confirmed"), "\(next.out)\(next.err)")
            _ = try await client.readToEnd()
            _ = try await reach.ends.stop()
            _ = try await protect.ends.stop()
        }

        @Test("an end of files alone follows no authority, and says so; a file of that name is named with its folder")
        func nobody() async throws {
            let machine = try Machine()
            try machine.done("identity", "issue", "web", "--profile", "service")
            let (chain, key, anchors) = try machine.export("web", to: "papers")
            let alone = try Ends([
                "protect", "web", "--to", "127.0.0.1:1", "--listen", "127.0.0.1:0", "--policy", "authority", "--home",
                machine.folder.file("nowhere"), "--certificate", chain, "--key", key, "--anchors", anchors,
                "--revocation", "best-effort:there is no authority",
            ])
            let ended = try await alone.ended()
            #expect(ended.status == 2 && ended.complaint.contains("cannot follow an authority's policy"))
            let file = try machine.start(
                "protect", "web", "--to", "127.0.0.1:1", "--listen", "127.0.0.1:0", "--policy", "./authority")
            let other = try await file.ended()
            #expect(other.status == 78 && other.complaint.contains("./authority"), "\(other.complaint)")
        }
    }
}
