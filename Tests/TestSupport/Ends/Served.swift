import Foundation
import Testing

/// A home with an authority that is served on loopback, and the built executable that works with it from other homes.
public final class Served: Sendable {
    public let folder: TemporaryFolder
    public let server: RunningProgram
    /// `host:port`
    public let address: String
    public var port: Int? { address.split(separator: ":").last.flatMap { Int($0) } }
    public var home: String { folder.file("home") }

    public static func start(_ arguments: String..., by wrapper: [String] = []) async throws -> Served {
        let folder = try TemporaryFolder()
        let server = try RunningProgram(
            wrapper + [
                try BuiltProgram.path("symbolon"), "up", "--listen", "127.0.0.1:0", "--json", "--home",
                folder.file("home"),
            ] + arguments)
        let address = await server.lines.first(after: 0, within: Ends.patience) { line -> String? in
            guard let event = Event(line), event["event_type"] == "authority", event["change"] == "listening" else {
                return nil
            }
            return event["address"]
        }
        return Served(
            folder, server, try #require(address, "\(server.lines.text)\n\(server.complaints.text)"))
    }

    private init(_ folder: TemporaryFolder, _ server: RunningProgram, _ address: String) {
        self.folder = folder
        self.server = server
        self.address = address
    }

    /// Runs a verb in the authority's own home.
    public func here(_ arguments: [String]) throws -> ProgramRun {
        try SymbolonTestSupport.run(try BuiltProgram.path("symbolon"), arguments + ["--home", home])
    }

    /// Runs a verb in another home, with this authority.
    public func elsewhere(_ arguments: [String], home: String, as name: String) throws -> ProgramRun {
        try SymbolonTestSupport.run(
            try BuiltProgram.path("symbolon"),
            arguments + ["--home", folder.file(home), "--authority", address, "--as", name])
    }

    /// Makes a home that holds these identities of the authority's own, as if they had been made there.
    public func makeHome(_ name: String, with identities: String...) throws {
        let path = folder.file(name)
        for place in [path, path + "/identities"] {
            try FileManager.default.createDirectory(
                atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        try FileManager.default.copyItem(atPath: home + "/passphrase", toPath: path + "/passphrase")
        for identity in identities {
            let file = "/identities/\(identity).pem"
            try FileManager.default.copyItem(atPath: home + file, toPath: path + file)
        }
    }
}

extension Served {
    /// Notes in a home that it is paired with this authority, as the pairing does.
    public func pair(_ name: String, as identity: String) throws {
        let exported = try here(["identity", "export", identity, "--out", folder.file("\(name)-export"), "--plain-key"])
        try #require(exported.status == 0, "\(exported.err)")
        let anchors = try String(contentsOfFile: folder.file("\(name)-export/anchors.pem"), encoding: .utf8)
        let paired: [String: Any] = [
            "trustDomain": "example.internal", "addresses": [address], "anchorsPEM": anchors, "identity": identity,
            "pairedAt": "2026-01-01T00:00:00Z",
        ]
        let file = folder.file(name) + "/authority.json"
        try JSONSerialization.data(withJSONObject: paired).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    }
}
