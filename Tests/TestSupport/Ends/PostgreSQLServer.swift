import Foundation
import Synchronization
import Testing

/// A PostgreSQL server of its own, in a folder of its own, at a loopback port. It ends, and its folder goes, with the
/// program that started it, however that ends.
public final class PostgreSQLServer: Sendable {
    public let port: Int
    private let folder: String
    private let binaries: String
    /// The last one runs. Those before are kept, for the end of their input would remove the folder.
    private let servers: Mutex<[RunningProgram]>
    private let schemas = Atomic(0)

    /// One for all tests of a program that need no server of their own.
    public static var shared: PostgreSQLServer { get async throws { try await starting.value } }

    private static let starting = Task { try await PostgreSQLServer() }

    public init() async throws {
        folder = try Self.makeFolder()
        binaries = try Self.newestBinaries()
        // The server cannot choose a port and say which: one that was just free is taken.
        port = try ListeningSocket().port
        servers = Mutex([])
        let made = try SymbolonTestSupport.run(
            Self.postgres[0],
            Self.postgres.dropFirst() + [
                "\(binaries)/initdb", "-D", "\(folder)/data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
                "--no-locale", "--no-sync",
            ])
        try #require(made.status == 0, "\(made.err)")
        try await start()
    }

    /// What names the server's own database.
    public var address: String { "host=127.0.0.1 port=\(port) user=postgres dbname=postgres" }

    /// What names an empty schema that nobody else uses, through the port given or the server's own.
    public func newSchema(port: Int? = nil) throws -> String {
        let name = "s\(getpid())_\(schemas.add(1, ordering: .relaxed).newValue)"
        try script("CREATE SCHEMA \(name)")
        return "postgresql://postgres@127.0.0.1:\(port ?? self.port)/postgres?options=-csearch_path%3D\(name)"
    }

    /// Runs statements as somebody who is not ours, and gives what they print.
    @discardableResult
    public func script(_ sql: String, at address: String? = nil) throws -> String {
        let ran = try SymbolonTestSupport.run(
            "/usr/bin/env",
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, address ?? self.address])
        guard ran.status == 0 else { throw Refusal(words: ran.err) }
        return ran.out
    }

    /// What psql wrote when a statement was refused.
    public struct Refusal: Error {
        public let words: String
    }

    /// Begins, or begins again after `crash`, and waits until it answers. What it writes outlives a crash of the server,
    /// though not of the machine.
    public func start() async throws {
        // The shell's input ends with this program. Signals it may not count on: they may be blocked from the start.
        let program = try RunningProgram(
            Self.postgres + [
                "/bin/sh", "-c",
                """
                "$0/postgres" -D "$1/data" -p \(port) -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
                    -c fsync=off -c full_page_writes=off -c max_wal_size=1GB -c log_checkpoints=off \
                    -c max_connections=400 </dev/null &
                cat >/dev/null
                if [ -f "$1/data/postmaster.pid" ]; then kill -QUIT "$(head -n 1 "$1/data/postmaster.pid")"; fi
                rm -rf "$1"
                """, binaries, folder,
            ], inputStaysOpen: true)
        let ready = await program.complaints.first(after: 0, within: Ends.patience) { line in
            line.contains("database system is ready to accept connections") ? true : nil
        }
        try #require(ready == true, "\(program.complaints.text)")
        servers.withLock { $0.append(program) }
    }

    /// Signal 9 to the server and each process of it.
    public func crash() throws {
        let children = try SymbolonTestSupport.run("/usr/bin/pgrep", ["-P", try process()])
        let all = [try process()] + children.out.split(whereSeparator: \.isNewline).map(String.init)
        _ = try SymbolonTestSupport.run("/bin/kill", ["-9"] + all)
        _ = try SymbolonTestSupport.run("/bin/rm", ["-f", "\(folder)/data/postmaster.pid"])
    }

    /// Ends it at once and removes what it wrote.
    public func stop() throws {
        _ = try SymbolonTestSupport.run("/bin/kill", ["-QUIT", try process()])
        _ = try SymbolonTestSupport.run("/bin/rm", ["-rf", folder])
    }

    private func process() throws -> String {
        try SymbolonTestSupport.run("/usr/bin/head", ["-n", "1", "\(folder)/data/postmaster.pid"])
            .out.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// PostgreSQL refuses to run as root: as root, `setpriv` runs it as the user that its package made.
    private static let postgres: [String] =
        geteuid() == 0
        ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--inh-caps=-all"]
        : ["/usr/bin/env"]

    /// Debian keeps each version in a folder of its own; the newest is taken.
    private static func newestBinaries() throws -> String {
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
}
