import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonStorage
import SymbolonTestSupport
import Synchronization
import Testing

@testable import symbolon

/// One authority, two servers of it on one database, and a machine that is paired with both.
final class TwoNodes: Sendable {
    let folder: TemporaryFolder
    let homes: [String]
    let machine: String
    private let nodes: Mutex<[Ends?]>
    private let people: [String: StoredIdentity]
    private let addresses: [String]

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
        self.addresses = addresses
        // What pairing leaves in a home.
        let paired = HomeFolder(machine)
        let passphrase = try paired.create().read()
        try paired.saveIdentity(#require(people["web"]), under: passphrase)
        try paired.save(
            PairedAuthority(
                trustDomain: local.issuing.configuration.trustDomain.description, addresses: addresses,
                anchors: [local.issuing.root], identity: "web", pairedAt: Date()))
    }

    /// A home of somebody who is an administrator, as pairing leaves one.
    func operatorHome(_ name: String) async throws -> String {
        let local = try await LocalAuthority.open(HomeFolder(homes[0]), passphrase: nil)
        let key = SigningKey.make(.p256)
        let issued = try await local.issuing.issue(
            IssuanceRequest(profile: .person, name: name, publicKey: key.publicKey, actor: "test"))
        _ = try await local.administration.perform(
            PutOperator(identity: issued.identity.description, role: .administrator))
        let home = HomeFolder(folder.file(name))
        let passphrase = try home.create().read()
        try home.saveIdentity(
            StoredIdentity(name: IdentityName(name), chain: issued.chain, key: key, anchors: [issued.anchor]),
            under: passphrase)
        try home.save(
            PairedAuthority(
                trustDomain: local.issuing.configuration.trustDomain.description, addresses: addresses,
                anchors: [local.issuing.root], identity: name, pairedAt: Date()))
        return home.path
    }

    private static func done(_ words: String...) throws {
        let ran = try SymbolonTestSupport.run(try BuiltProgram.path("symbolon"), words)
        try #require(ran.status == 0, "\(ran.out)\(ran.err)")
    }

    func run(_ words: String..., node: Int = 0) throws -> ProgramRun {
        try SymbolonTestSupport.run(try BuiltProgram.path("symbolon"), words + ["--home", homes[node]])
    }

    func run(_ words: [String], node: Int = 0) throws -> ProgramRun {
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

    /// The same, as soon as it is let in.
    func comesIn(_ name: String, at port: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Socket
    {
        let door = try await door(name, to: port)
        var found: Socket?
        let isIn = try await eventually {
            let socket = try await Socket.connect(door)
            guard (try? await socket.write([1, 2])) != nil, (try? await socket.read(2)) == [1, 2] else { return false }
            found = socket
            return true
        }
        return try #require(isIn ? found : nil, "\(name) is not let in", sourceLocation: sourceLocation)
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
