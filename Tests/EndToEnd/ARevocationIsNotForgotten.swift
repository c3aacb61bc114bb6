import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("A database that is put back under a running end takes no revocation back")
    struct ARevocationIsNotForgotten {
        @Test("C01: whom the end knows to be revoked it refuses as before, and it says why; others go on")
        func putBack() async throws {
            let (folder, backend, database) = (try TemporaryFolder(), try Backend(), try await PostgreSQLServer.shared)
            let (home, store) = (folder.file("home"), try database.newSchema())
            let made = try run(try BuiltProgram.path("symbolon"), ["up", "--once", "--home", home, "--store", store])
            try #require(made.status == 0, "\(made.err)")
            let protect = try Ends([
                "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--allow", "laptop",
                "--allow", "phone", "--home", home,
            ])
            _ = try await protect.listening()
            let doors = try ["laptop", "phone"].map {
                try Ends(["reach", "web", "--listen", "127.0.0.1:0", "--as", $0, "--home", home])
            }
            for door in doors { try await Self.isServed(door, true) }
            let revoked = try run(
                try BuiltProgram.path("symbolon"), ["identity", "revoke", "laptop", "--home", home])
            try #require(revoked.status == 0, "\(revoked.out)\(revoked.err)")
            try await Self.isServed(doors[0], false)

            let schema = String(store.split(separator: "D").last ?? "")
            // As it was before, whatever the schema has against it.
            try database.script(
                """
                SET search_path TO \(schema); SET session_replication_role = replica;
                UPDATE certificate SET state = 'issued', revocation_reason = NULL, revoked_at = NULL,
                    invalid_since = NULL, revocation_change = NULL WHERE revoked_at IS NOT NULL;
                UPDATE change_counter SET value = 0;
                """)
            try await protect.event("warning") { $0["what"]?.contains("gone back to an earlier day") == true }
            let before = protect.count
            try await Self.isServed(doors[0], false)
            #expect(try await protect.event("refused", after: before)["reason"] == "revoked")
            try await Self.isServed(doors[1], true)
        }

        private static func isServed(_ door: Ends, _ isServed: Bool) async throws {
            let socket = try await Socket.connect(try await door.listening())
            await socket.offer([1])
            #expect(try await (socket.readOne() == [1]) == isServed)
        }
    }
}

extension Socket {
    /// Nothing, where it ends before.
    fileprivate func readOne() async throws -> [UInt8] { (try? await read(1)) ?? [] }
}
