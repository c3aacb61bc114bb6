import Foundation
import SymbolonTestSupport
import Testing

@Suite("Several nodes keep one authority in one PostgreSQL database")
struct SeveralNodesOnOneDatabase {
    @Test("a home with a copy of the keys is a node; one sees what the other did, and the record is one")
    func nodes() async throws {
        let (folder, server) = (try TemporaryFolder(), try await PostgreSQLServer.shared)
        let (first, second) = (folder.file("first"), folder.file("second"))
        let database = try server.newSchema()
        try expect(["up", "--once", "--home", first, "--store", database], 0)
        try copyKeys(from: first, to: second)
        try expect(["up", "--once", "--home", second, "--store", database], 0, "is in order")
        // Both remember the database.
        try expect(["identity", "issue", "web", "--profile", "service", "--home", first], 0)
        try expect(["identity", "issue", "app", "--profile", "client", "--home", second], 0)
        for home in [first, second] {
            let list = try expect(["identity", "list", "--home", home, "--json"], 0)
            #expect(list.out.contains("example.internal/web") && list.out.contains("example.internal/app"))
        }
        try expect(["identity", "revoke", "app", "--home", first, "--reason", "superseded"], 0)
        let shown = try expect(["identity", "show", "app", "--home", second, "--json"], 0)
        #expect(shown.out.contains("superseded"))
        for home in [first, second] { try expect(["audit", "verify", "--home", home], 0) }
        #expect(!FileManager.default.fileExists(atPath: first + "/authority.sqlite"))
    }

    @Test("a home without the authority's keys, or with another's, is told so, and the mend")
    func strangeKeys() async throws {
        let (folder, server) = (try TemporaryFolder(), try await PostgreSQLServer.shared)
        let (first, other) = (try server.newSchema(), try server.newSchema())
        try expect(["up", "--once", "--home", folder.file("a"), "--store", first], 0)
        let keyless = try expect(["up", "--once", "--home", folder.file("b"), "--store", first], 3, "copy keys/")
        #expect(keyless.err.contains("does not have its keys"))
        try expect(["up", "--once", "--home", folder.file("c"), "--store", other], 0)
        let strange = try expect(["up", "--once", "--home", folder.file("c"), "--store", first], 3, "put its own keys")
        #expect(strange.err.contains("is another one than the keys"))
        // It still remembers its own.
        try expect(["up", "--once", "--home", folder.file("c")], 0, "is in order")
    }

    @Test("a password is not shown; a store in a file stays where it is; a server that is away is named")
    func refusals() async throws {
        let (folder, server) = (try TemporaryFolder(), try await PostgreSQLServer.shared)
        let database = try server.newSchema().replacing("postgres@", with: "postgres:hunter2@")
        let made = try expect(["up", "--once", "--home", folder.file("a"), "--store", database], 0)
        #expect(made.err.contains("holds a password"))
        #expect(!(made.out + made.err).contains("hunter2"))
        let unreadable = try expect(
            ["up", "--once", "--home", folder.file("b"), "--store", "postgresql://x:hunter2@[::1"], 2)
        #expect(!(unreadable.out + unreadable.err).contains("hunter2"))

        try expect(["up", "--once", "--home", folder.file("c")], 0)
        let kept = try expect(["up", "--once", "--home", folder.file("c"), "--store", database], 2)
        #expect(kept.err.contains("in a file"))

        let port = try ListeningSocket().port
        let away = try expect(
            ["up", "--once", "--home", folder.file("d"), "--store", "postgresql://x:hunter2@127.0.0.1:\(port)/y"], 1)
        #expect(away.err.contains("port=\(port)") && !away.err.contains("hunter2"))
    }

    private func copyKeys(from first: String, to second: String) throws {
        try FileManager.default.createDirectory(
            atPath: second, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        for name in ["keys", "passphrase"] {
            try FileManager.default.copyItem(atPath: "\(first)/\(name)", toPath: "\(second)/\(name)")
        }
    }

    @discardableResult
    private func expect(
        _ words: [String], _ status: Int32, _ text: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> ProgramRun {
        let ran = try run(BuiltProgram.path("symbolon"), words)
        #expect(ran.status == status, "\(words): \(ran.out)\(ran.err)", sourceLocation: sourceLocation)
        #expect(
            text.isEmpty || (ran.out + ran.err).contains(text), "\(ran.out)\(ran.err)", sourceLocation: sourceLocation)
        return ran
    }
}
