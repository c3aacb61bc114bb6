import Foundation
import SymbolonTestSupport
import Testing

/// A PostgreSQL server of its own, in a folder of its own, at a loopback port.
final class PostgreSQLServer: Sendable {
    let port: Int
    private let folder: String
    private let server: RunningProgram

    init() async throws {
        let folder = try Self.makeFolder()
        let binaries = try Self.binaries()
        self.folder = folder
        let made = try SymbolonTestSupport.run(
            Self.postgres[0],
            Self.postgres.dropFirst() + [
                "\(binaries)/initdb", "-D", "\(folder)/data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
                "--no-locale", "--no-sync",
            ])
        try #require(made.status == 0, "\(made.err)")
        port = try Self.freePort()
        // What it writes need not outlive it.
        server = try RunningProgram(
            Self.postgres + [
                "\(binaries)/postgres", "-D", "\(folder)/data", "-p", "\(port)",
                "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off",
                "-c", "full_page_writes=off", "-c", "max_wal_size=1GB", "-c", "log_checkpoints=off",
            ])
        let ready = await server.complaints.first(after: 0, within: Ends.patience) { line in
            line.contains("database system is ready to accept connections") ? true : nil
        }
        try #require(ready == true, "\(server.complaints.text)")
    }

    /// Ends it at once and removes what it wrote.
    func stop() async throws {
        server.signal(SIGQUIT)
        _ = await server.ended(within: Ends.patience)
        try FileManager.default.removeItem(atPath: folder)
    }

    /// PostgreSQL refuses to run as root: as root, `setpriv` runs it as the user that its package made.
    private static let postgres: [String] =
        geteuid() == 0
        ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--inh-caps=-all"]
        : ["/usr/bin/env"]

    /// Debian keeps each version in a folder of its own; the newest is taken.
    private static func binaries() throws -> String {
        let versions = "/usr/lib/postgresql"
        let newest = try FileManager.default.contentsOfDirectory(atPath: versions).compactMap { Int($0) }.max()
        return "\(versions)/\(try #require(newest))/bin"
    }

    private static func makeFolder() throws -> String {
        let made = try SymbolonTestSupport.run(
            postgres[0], postgres.dropFirst() + ["/usr/bin/mktemp", "-d", "/tmp/symbolon-postgresql-XXXXXX"])
        try #require(made.status == 0, "\(made.err)")
        return made.out.trimmingCharacters(in: .newlines)
    }

    /// The server cannot choose a port and say which: one that was just free is taken.
    private static func freePort() throws -> Int { try ListeningSocket().port }
}
