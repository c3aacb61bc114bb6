import Foundation
import SymbolonTestSupport
import Testing

extension ACMEClients {
    /// `symbolon identity obtain`, on a machine that the authority does not know, against our own server.
    @Suite("our own client") struct Own {
        /// Another machine's home.
        private struct Applicant {
            let scene: ACMEScene
            let home: String

            init(_ scene: ACMEScene, _ name: String = "applicant") {
                self.scene = scene
                home = scene.folder.file(name)
            }

            func run(_ arguments: [String]) async throws -> ProgramRun {
                try await scene.run(try BuiltProgram.path("symbolon"), arguments + ["--home", home])
            }

            @discardableResult
            func done(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> String
            {
                let run = try await run(arguments)
                try #require(
                    run.status == 0, "\(arguments.joined(separator: " ")): \(run.out)\n\(run.err)",
                    sourceLocation: sourceLocation)
                return run.out
            }

            /// The identity's chain, as other programs read it.
            func chain(_ name: String, _ place: String = "out") async throws -> String {
                let folder = scene.folder.file("\(place)-\(name)")
                try await done("identity", "export", name, "--out", folder, "--plain-key", "--force")
                return "\(folder)/\(name).pem"
            }

            func obtain(_ name: String, _ more: String...) async throws -> ProgramRun {
                try await run(
                    ["identity", "obtain", name, "--from", scene.directory, "--trust", scene.anchors, "--json"] + more)
            }
        }

        @Test(
            "http-01 and tls-alpn-01, names and an address: obtained, shown, examined, and renewed in the place of the first"
        )
        func life() async throws {
            let scene = try await ACMEScene()
            let applicant = Applicant(scene)
            let ways = [
                ("web", "--listen-http", scene.httpPort, ["one.example.internal", "two.example.internal"]),
                ("gate", "--listen-tls", scene.tlsPort, ["gate.example.internal"]),
            ]
            for (name, option, port, names) in ways {
                let dns = names.flatMap { ["--dns", $0] }
                let run = try await applicant.run(
                    [
                        "identity", "obtain", name, "--from", scene.directory, "--trust", scene.anchors, "--json",
                        option, "127.0.0.1:\(port)", "--ip", "127.0.0.1",
                    ] + dns)
                try #require(run.status == 0, "\(run.out)\n\(run.err)")
                #expect(run.out.contains("spiffe://example.internal/host/\(names[0])"))
                let chain = try await applicant.chain(name)
                try await scene.expectGood(chain, names.map { "DNS:\($0)" } + ["IP Address:127.0.0.1"])

                let first = try await scene.serial(chain)
                try await applicant.done("identity", "renew", name)
                let second = try await scene.serial(try await applicant.chain(name))
                #expect(second != first)
                try await scene.expectGood(
                    try await applicant.chain(name), names.map { "DNS:\($0)" } + ["IP Address:127.0.0.1"])
            }
            let list = try await applicant.done("identity", "list", "--json")
            #expect(list.split(separator: "\n").count == 2)
            #expect(try await applicant.done("identity", "show", "web").contains("two.example.internal"))
            let doctor = try await applicant.run(["doctor", "--json"])
            #expect(doctor.out.contains("renewed by http-01, answered at 127.0.0.1:\(scene.httpPort)"))
            #expect(doctor.out.contains("renewed by tls-alpn-01") && !doctor.out.contains("\"standing\":\"failure\""))
            // One account each, and the second certificate replaces the first by the same one (RFC 9773 §5).
            let accounts = try scene.machine.done("acme", "account", "list", "--json")
            #expect(accounts.split(separator: "\n").count == 2)
        }

        @Test("an account by an operator's key; none without, or by another secret")
        func bound() async throws {
            let scene = try await ACMEScene("--acme-require-eab")
            let applicant = Applicant(scene)
            func key() throws -> (id: String, secret: String) {
                let made = try scene.machine.done("acme", "eab", "create", "--json")
                let json = try JSONSerialization.jsonObject(with: Data(made.utf8)) as? [String: Any]
                let key = try #require(json?["key"] as? [String: Any])
                return (try #require(key["id"] as? String), try #require(json?["secret"] as? String))
            }
            func file(_ secret: String, _ name: String) throws -> String {
                let path = try scene.folder.write(secret + "\n", to: name)
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
                return path
            }
            let (own, other) = (try key(), try key())
            let listen = "127.0.0.1:\(scene.httpPort)"
            let none = try await applicant.obtain("web", "--dns", "web.example.internal", "--listen-http", listen)
            #expect(none.status == 1 && none.err.contains("a key from its operator"))
            let mixed = try await applicant.obtain(
                "web", "--dns", "web.example.internal", "--listen-http", listen, "--eab-kid", own.id, "--eab-key-file",
                try file(other.secret, "mixed"))
            #expect(mixed.status == 1 && mixed.err.contains("not by an operator's key"))
            let right = try await applicant.obtain(
                "web", "--dns", "web.example.internal", "--listen-http", listen, "--eab-kid", own.id, "--eab-key-file",
                try file(own.secret, "right"))
            #expect(right.status == 0, "\(right.err)")
            // The account stays: renewal needs no key.
            try await applicant.done("identity", "renew", "web")
        }

        @Test(
            "what cannot be is told before anything is kept: whom to trust, wildcards, a port that is taken, another profile"
        )
        func refused() async throws {
            let scene = try await ACMEScene()
            let applicant = Applicant(scene)
            let listen = "127.0.0.1:\(scene.httpPort)"
            let wildcard = try await applicant.obtain("web", "--dns", "*.example.internal", "--listen-http", listen)
            #expect(wildcard.status == 2 && wildcard.err.contains("dns-01"))
            let stranger = try await applicant.run(
                ["identity", "obtain", "web", "--from", scene.directory, "--dns", "web.example.internal"])
            #expect(stranger.status == 2 && stranger.err.contains("--anchors"))
            let profile = try await applicant.obtain(
                "web", "--dns", "web.example.internal", "--listen-http", listen, "--profile", "eternal")
            #expect(profile.status == 1 && profile.err.contains("workload, service"))
            let taken = try ListeningSocket()
            let busy = try await applicant.obtain(
                "web", "--dns", "web.example.internal", "--listen-http", "127.0.0.1:\(taken.port)")
            #expect(busy.status == 1 && busy.err.contains("nothing can listen at 127.0.0.1:\(taken.port)"))
            let other = try await applicant.obtain(
                "web", "--dns", "web.example.org", "--listen-http", listen)
            #expect(other.status == 1 && other.err.contains("rejectedIdentifier"))
            for file in ["web.pem", "web.acme.json", "web.account-key"] {
                #expect(!FileManager.default.fileExists(atPath: applicant.home + "/identities/" + file))
            }
            let honest = try await applicant.obtain("web", "--dns", "web.example.internal", "--listen-http", listen)
            #expect(honest.status == 0, "\(honest.err)")
        }

        @Test(
            "both ends of a connection are obtained so, and an end renews its own before it ends, when the server says so"
        )
        func ends() async throws {
            let scene = try await ACMEScene("--acme-profile", "workload=20s")
            let (server, client) = (Applicant(scene, "server"), Applicant(scene, "client"))
            let listen = "127.0.0.1:\(scene.httpPort)"
            let backend = try Backend()
            for (applicant, name) in [(server, "web"), (client, "app")] {
                let run = try await applicant.obtain(
                    name, "--dns", "\(name).example.internal", "--listen-http", listen)
                try #require(run.status == 0, "\(run.err)")
            }
            let mode = ["--revocation", "best-effort:certificates live for seconds"]
            let protect = try Ends(
                [
                    "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--allow",
                    "host/app.example.internal", "--home", server.home, "--json",
                ] + mode)
            let port = try await protect.listening()
            let reach = try Ends(
                [
                    "reach", "web", "--as", "app", "--at", "127.0.0.1:\(port)", "--listen", "127.0.0.1:0", "--expect",
                    "dns:web.example.internal", "--home", client.home, "--json",
                ] + mode)
            let door = try await reach.listening()
            try await pass(door)
            // 40 to 48 hundredths of the life, as the server suggests: without its word it would be 60 to 67.
            let renewed = try await protect.event("identity") { $0["change"] == "renewed" }
            let other = try await reach.event("identity") { $0["change"] == "renewed" }
            #expect(renewed["serial"] != other["serial"])
            try await protect.event("trustReplaced")
            try await reach.event("trustReplaced")
            try await pass(door)
            #expect(protect.events.allSatisfy { $0["event_type"] != "renewalFailed" }, "\(protect.events)")
        }

        private func pass(_ port: Int) async throws {
            let socket = try await Socket.connect(port)
            try await socket.write([1])
            #expect(try await socket.read(1) == [1])
        }
    }
}
