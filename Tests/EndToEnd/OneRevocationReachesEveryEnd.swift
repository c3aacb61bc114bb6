import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonStorage
import SymbolonTestSupport
import SymbolonVerification
import Synchronization
import Testing

@testable import symbolon

extension EndToEnd {
    @Suite("One revocation reaches every end, at whichever node of the authority it listens, and each says so")
    struct OneRevocationReachesEveryEnd {
        /// Two nodes on one database; a service in the home of the second, and one on a machine that is paired with both.
        @Test("R01: two nodes on PostgreSQL: what one revokes, ends at the other close within two seconds, and confirm")
        func twoNodes() async throws {
            let scene = try await TwoNodes()
            let backend = try Backend()
            let here = try await scene.protect("web", to: backend, in: scene.homes[1])
            let elsewhere = try await scene.protect("web", to: backend, in: scene.machine)
            var sockets: [(cut: Socket, kept: Socket)] = []
            for end in [here, elsewhere] {
                let port = try await end.listening()
                sockets.append((try await scene.talk("laptop", to: port), try await scene.talk("phone", to: port)))
            }
            try await scene.confirmed(4, of: 0)
            let dry = try scene.run("identity", "revoke", "laptop", "--dry-run", "--json")
            #expect(Event(dry.out)?.number("connections") ?? 0 > 0)

            let revoke = try scene.run("identity", "revoke", "laptop", "--json")
            let clock = ContinuousClock()
            let returned = clock.now
            #expect(revoke.status == 0, "\(revoke.out)\(revoke.err)")
            let said = try #require(revoke.out.split(separator: "\n").last.flatMap { Event(String($0)) })
            #expect(said.number("ends") == 4 && said.number("confirmed") == 4, "\(said)")
            #expect(said.number("milliseconds") ?? .max < 2000)
            for (cut, kept) in sockets {
                _ = try await cut.readToEnd()
                try await kept.write([7])
                #expect(try await kept.read(1) == [7])
            }
            // They had been closed before the ends confirmed.
            #expect(clock.now - returned < .seconds(1))
            for end in [here, elsewhere] { #expect(try await end.event("closed")["reason"] == "revoked") }
            print(
                "two nodes on PostgreSQL: 4 ends confirmed \(said.number("milliseconds") ?? -1) ms after the store's answer"
            )

            // A node dies: who listened there goes on at the other.
            try await scene.kill(0)
            // The dead node is waited for as long as it had promised to speak, and no longer.
            let second = try scene.run("identity", "revoke", "phone", "--wait", "60", "--json", node: 1)
            #expect(second.status == 0, "\(second.out)\(second.err)")
            let then = try #require(second.out.split(separator: "\n").last.flatMap { Event(String($0)) })
            #expect(then.number("ends") == 3 && then.number("confirmed") == 3, "\(then)")
            print("after the death of its node: all that live confirmed in \(then.number("milliseconds") ?? -1) ms")

            // It stops in good order: nobody waits for it. It starts again, and knows what was revoked.
            _ = try await elsewhere.stop()
            try await scene.confirmed(2, of: 2)
            let again = try await scene.protect("web", to: backend, in: scene.machine)
            let port = try await again.listening()
            for name in ["laptop", "phone"] {
                #expect(try await scene.isRefused(name, at: port))
            }
            try await scene.confirmed(3, of: 2)
            _ = try await again.stop()
            _ = try await here.stop()
        }

        @Test("an end that is stopped hard is told by name and makes the verb say so; when it is back it has caught up")
        func straggler() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            try machine.done("identity", "issue", "laptop", "--profile", "client")
            try await Self.ends(machine) { $0.count == 1 }
            // It hears and does nothing.
            protect.ends.signal(SIGSTOP)
            let revoke = try machine.run("identity", "revoke", "laptop", "--wait", "1")
            #expect(revoke.status == 4)
            #expect(revoke.out.contains("0 of 1 ends confirmed"))
            #expect(revoke.out.contains("not confirmed   web (protect) on "))
            #expect(revoke.out.contains("ago)"))
            protect.ends.signal(SIGCONT)
            try await Self.ends(machine) { $0.allSatisfy { $0["state"] == "current" && $0.number("confirmed") == 1 } }
            // The honest twin: all confirm.
            try machine.done("identity", "issue", "phone", "--profile", "client")
            let second = try machine.run("identity", "revoke", "phone")
            #expect(second.status == 0)
            #expect(second.out.contains("1 of 1 ends confirmed in "))
            let unasked = try machine.run("identity", "revoke", "web", "--wait", "0")
            #expect(unasked.status == 0 && !unasked.out.contains("confirmed"))
            _ = try await protect.ends.stop()
            #expect(try machine.done("ends", "list").contains("No end listens."))
        }

        /// Until the list of ends is as it should be.
        private static func ends(_ machine: Machine, _ holds: ([Event]) -> Bool) async throws {
            let isSo = try await eventually {
                try holds(
                    machine.done("ends", "list", "--json").split(separator: "\n").compactMap { Event(String($0)) })
            }
            if !isSo { Issue.record("the ends are not as they should be: \(try machine.done("ends", "list"))") }
        }

        @Test(
            "a revocation for a time to come is listed, made at that time on lists and feed alike, or called off before"
        )
        func scheduled() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let served = try machine.start("up", "--listen", "127.0.0.1:0", "--name", "127.0.0.1")
            _ = try await served.event("authority") { $0["change"] == "listening" }
            for name in ["laptop", "phone"] { try machine.done("identity", "issue", name, "--profile", "client") }
            let protect = try await machine.protect(to: backend, "--allow", "laptop", "--allow", "phone")
            let reach = try await machine.reach("--as", "laptop")
            let client = try await Socket.connect(reach.port)
            try await client.write([1])
            #expect(try await client.read(1) == [1])

            let due = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 6).rounded(.up))
            let time = due.formatted(.iso8601)
            #expect(try machine.done("identity", "revoke", "laptop", "--at", time).contains("scheduled   1  "))
            try machine.done("identity", "revoke", "phone", "--at", time)
            let list = try machine.done("identity", "scheduled")
            #expect(list.contains("spiffe://example.internal/laptop") && list.contains("pending"))
            try machine.done("identity", "scheduled", "--cancel", "2")
            #expect(try machine.run("identity", "scheduled", "--cancel", "2").status == 1)
            #expect(try machine.run("identity", "scheduled", "--cancel", "7").status != 0)
            #expect(try machine.run("identity", "revoke", "phone", "--at", "2020-01-01T00:00:00Z").status != 0)
            // It was renewed meanwhile: it is the identity that is out, and not a certificate that nobody uses any more.
            try machine.done("identity", "renew", "laptop")
            #expect(try machine.done("identity", "show", "laptop", "--json").contains("revoked") == false)

            _ = try await client.readToEnd()
            let closed = try await protect.ends.event("closed")
            #expect(closed["reason"] == "revoked")
            let late = Date().timeIntervalSince(due)
            #expect(late > -0.01 && late < 2, "closed \(late) s after its time")
            let record = try machine.done("audit", "show", "--json", "--last", "20")
            #expect(record.contains("revocation.scheduled") && record.contains("revocation.cancelled"))
            #expect(record.contains("scheduled as 1"))
            #expect(try machine.done("identity", "scheduled", "--all").contains("done"))
            #expect(
                !(try machine.done("identity", "list", "--json").contains(
                    "\"identity\":\"spiffe://example.internal/laptop\"")))
            #expect(try machine.done("identity", "list", "--json").contains("spiffe://example.internal/phone"))
        }
    }
}

/// One authority, two servers of it on one database, and a machine that is paired with both.
private final class TwoNodes: Sendable {
    let folder: TemporaryFolder
    let homes: [String]
    let machine: String
    private let nodes: Mutex<[Ends?]>
    private let people: [String: StoredIdentity]

    init() async throws {
        folder = try TemporaryFolder()
        homes = [folder.file("first"), folder.file("second")]
        machine = folder.file("machine")
        let server = try await PostgreSQLServer.shared
        let store = try server.newSchema()
        try Self.done("up", "--once", "--home", homes[0], "--store", store)
        try FileManager.default.createDirectory(
            atPath: homes[1], withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        for name in ["keys", "passphrase"] {
            try FileManager.default.copyItem(atPath: "\(homes[0])/\(name)", toPath: "\(homes[1])/\(name)")
        }
        var ends: [Ends] = []
        var addresses: [String] = []
        for home in homes {
            let node = try Ends([
                "up", "--home", home, "--store", store, "--listen", "127.0.0.1:0", "--name", "127.0.0.1", "--json",
            ])
            let listening = try await node.event("authority") { $0["change"] == "listening" }
            addresses.append(try #require(listening["address"]))
            ends.append(node)
        }
        nodes = Mutex(ends)
        let local = try await LocalAuthority.open(HomeFolder(homes[0]), passphrase: nil)
        var people: [String: StoredIdentity] = [:]
        for (name, profile) in [("laptop", ProfileName.client), ("phone", .client), ("web", .workload)] {
            let key = SigningKey.make(.p256)
            let issued = try await local.issuing.issue(
                IssuanceRequest(profile: profile, name: name, publicKey: key.publicKey, actor: "test"))
            people[name] = try StoredIdentity(
                name: IdentityName(name), chain: issued.chain, key: key, anchors: [issued.anchor])
        }
        self.people = people
        // What pairing leaves in a home.
        let paired = HomeFolder(machine)
        let passphrase = try paired.create().read()
        try paired.saveIdentity(#require(people["web"]), under: passphrase)
        try paired.save(
            PairedAuthority(
                trustDomain: local.issuing.configuration.trustDomain.description, addresses: addresses,
                anchors: [local.issuing.root], identity: "web", pairedAt: Date()))
    }

    private static func done(_ words: String...) throws {
        let ran = try SymbolonTestSupport.run(try BuiltProgram.path("symbolon"), words)
        try #require(ran.status == 0, "\(ran.out)\(ran.err)")
    }

    func run(_ words: String..., node: Int = 0) throws -> ProgramRun {
        try SymbolonTestSupport.run(try BuiltProgram.path("symbolon"), words + ["--home", homes[node]])
    }

    func protect(_ name: String, to backend: Backend, in home: String) async throws -> Ends {
        try Ends([
            "protect", name, "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--home", home,
            "--allow", "laptop", "--allow", "phone", "--json",
        ])
    }

    func kill(_ node: Int) async throws {
        let ends = nodes.withLock { nodes in
            defer { nodes[node] = nil }
            return nodes[node]
        }
        ends?.signal(SIGKILL)
        _ = try await ends?.ended()
    }

    /// A door of its own leads there.
    private let doors = Mutex<[Ends]>([])

    func talk(_ name: String, to port: Int) async throws -> Socket {
        let socket = try await Socket.connect(try await door(name, to: port))
        try await socket.write([1, 2])
        #expect(try await socket.read(2) == [1, 2])
        return socket
    }

    func isRefused(_ name: String, at port: Int) async throws -> Bool {
        let socket = try await Socket.connect(try await door(name, to: port))
        return try await socket.readToEnd().bytes.isEmpty
    }

    /// From files, so that it is no end that the authority knows.
    private func door(_ name: String, to port: Int) async throws -> Int {
        let identity = try #require(people[name])
        let place = folder.file("\(name)-\(port)")
        try FileManager.default.createDirectory(
            atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let files = try [
            ("chain.pem", identity.chain.map(\.pem).joined()), ("key.pem", identity.key.clearPEM),
            ("anchors.pem", identity.anchors.map(\.pem).joined()),
        ].map { file, text in
            let path = "\(place)/\(file)"
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            return path
        }
        let door = try Ends([
            "reach", "web", "--listen", "127.0.0.1:0", "--at", "127.0.0.1:\(port)", "--certificate", files[0], "--key",
            files[1], "--anchors", files[2], "--revocation", "best-effort:it hears nobody", "--json", "--home",
            folder.file("nowhere"),
        ])
        doors.withLock { $0.append(door) }
        return try await door.listening()
    }

    /// Until so many ends live, and all have confirmed this version.
    func confirmed(_ count: Int, of version: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        var shown = ""
        let isSo = try await eventually {
            shown = try run("ends", "list", "--json", node: 1).out
            let ends = shown.split(separator: "\n").compactMap { Event(String($0)) }.filter { $0["state"] != "silent" }
            return ends.count == count && ends.allSatisfy { $0.number("confirmed") == version }
                && ends.reduce(0) { $0 + ($1.number("connections") ?? 0) } >= (version == 0 ? 4 : 0)
        }
        if !isSo { Issue.record("the ends are not as they should be:\n\(shown)", sourceLocation: sourceLocation) }
    }
}

extension SigningKey {
    fileprivate var clearPEM: String {
        "-----BEGIN PRIVATE KEY-----\n"
            + (unsafe pkcs8().withUnsafeBytes { unsafe Data($0) }).base64EncodedString(options: .lineLength64Characters)
            + "\n-----END PRIVATE KEY-----\n"
    }
}
