import Foundation
import GRDB
import SymbolonAudit
import SymbolonAuthority
import Testing

@testable import SymbolonStorage

@Suite("The schema holds the invariants, whoever writes")
struct SchemaInvariants {
    /// A filled store, and a connection that is not ours.
    let fixture: StoreFixture
    let stranger: DatabaseQueue

    init() async throws {
        fixture = try StoreFixture()
        try await fixture.fill()
        stranger = try DatabaseQueue(path: fixture.path)
    }

    @Test(
        "refuses",
        arguments: [
            "DELETE FROM audit_entry WHERE sequence = 1",
            "UPDATE audit_entry SET event = x'00' WHERE sequence = 1",
            "UPDATE audit_entry SET sequence = 99 WHERE sequence = 1",
            "INSERT INTO audit_entry VALUES (99, zeroblob(32), x'00', randomblob(32))",
            "INSERT INTO audit_entry SELECT max(sequence) + 1, zeroblob(32), x'00', randomblob(32) FROM audit_entry",
            "INSERT OR REPLACE INTO audit_entry SELECT 1, previous, x'00', hash FROM audit_entry WHERE sequence = 1",
            "INSERT OR REPLACE INTO audit_entry SELECT 10, (SELECT hash FROM audit_entry WHERE sequence = 9), "
                + "x'00', hash "
                + "FROM audit_entry WHERE sequence = 2",
            "DELETE FROM audit_head",
            "UPDATE audit_head SET count = 1",
            "UPDATE audit_head SET signature = zeroblob(64)",
            "INSERT OR REPLACE INTO audit_head SELECT 1, 1, hash, signature FROM audit_head",
            "UPDATE audit_head SET count = 1000",
            "DELETE FROM certificate WHERE id = 3",
            "UPDATE certificate SET tbs = x'00' WHERE id = 2",
            "UPDATE certificate SET serial = x'01' WHERE id = 2",
            "UPDATE certificate SET state = 'intended', certificate = NULL, issued_at = NULL WHERE id = 1",
            "UPDATE certificate SET state = 'abandoned', abandoned_because = '', abandoned_at = 0 WHERE id = 1",
            "UPDATE certificate SET certificate = x'02' WHERE id = 1",
            "UPDATE certificate SET state = 'revoked', revocation_reason = 1, revoked_at = 0, "
                + "certificate = x'02' WHERE id = 1",
            "UPDATE certificate SET state = 'revoked' WHERE id = 1",
            "UPDATE certificate SET state = 'issued', certificate = x'01', issued_at = 0, tbs = x'00' WHERE id = 2",
            "INSERT OR REPLACE INTO certificate SELECT * FROM certificate WHERE id = 2",
            "INSERT INTO certificate SELECT 99, x'99', issuer_key, profile, identity, names, public_key, not_before, "
                + "not_after, tbs, actor, intended_at, state, certificate, issued_at, NULL, NULL, NULL, NULL, "
                + "NULL, NULL, NULL FROM certificate WHERE id = 1",
            "DELETE FROM authority",
            "UPDATE authority SET root_certificate = x'00'",
            "INSERT OR REPLACE INTO authority SELECT * FROM authority",
            "UPDATE certificate SET state = 'issued' WHERE id = 2",
            "UPDATE certificate SET state = 'issued', certificate = x'01', issued_at = 0 WHERE id = 3",
            "UPDATE certificate SET state = 'issued', revocation_reason = NULL, revoked_at = NULL WHERE id = 4",
            "UPDATE certificate SET revocation_reason = 0 WHERE id = 4",
            "UPDATE certificate SET state = 'revoked', revocation_reason = 8, revoked_at = 0 WHERE id = 1",
            "UPDATE certificate SET state = 'lost' WHERE id = 2",
            "UPDATE change_counter SET value = value - 1",
            "UPDATE change_counter SET value = value + 2",
            "DELETE FROM change_counter",
            "INSERT OR REPLACE INTO change_counter VALUES (1, 0)",
            "DELETE FROM blocked_key",
            "UPDATE blocked_key SET because = ''",
            "INSERT OR REPLACE INTO blocked_key SELECT key, '' FROM blocked_key",
            "DELETE FROM permission",
            "UPDATE permission SET name = 'example'",
            "INSERT OR REPLACE INTO permission SELECT id, kind, 'example', permitted_at FROM permission",
            "INSERT INTO permission (kind, name, permitted_at) VALUES ('dns', 'corp.example', 0)",
            "INSERT INTO permission (kind, name, permitted_at) VALUES ('any', 'corp.example', 0)",
            "INSERT INTO permission (kind, name, permitted_at) VALUES ('dns', '', 0)",
            "INSERT INTO blocked_key VALUES (x'00', 'too short')",
            "INSERT INTO blocked_key VALUES ('" + String(repeating: "a", count: 32) + "', 'text')",
        ])
    func refuses(_ sql: String) throws {
        let before = try state()
        #expect(throws: DatabaseError.self) { try stranger.write { try $0.execute(sql: sql) } }
        #expect(try state() == before)
    }

    @Test(
        "refuses a first row",
        arguments: [
            ("x''", "zeroblob(32)", "'[]'", "'intended'"),  // no serial number
            ("zeroblob(3)", "zeroblob(32)", "'[]'", "'intended'"),  // zero, or leading zeros
            ("x'" + String(repeating: "41", count: 21) + "'", "zeroblob(32)", "'[]'", "'intended'"),  // 21 octets
            ("x'41'", "zeroblob(31)", "'[]'", "'intended'"),  // a key of 31 octets
            ("x'41'", "zeroblob(32)", "'{}'", "'intended'"),  // names that are no list
            ("x'41'", "zeroblob(32)", "'[]'", "'revoked'"),  // not an intent
        ])
    func refusesFirst(_ serial: String, _ key: String, _ names: String, _ state: String) throws {
        #expect(throws: DatabaseError.self) {
            try stranger.write { try $0.execute(sql: Self.insertion(serial, key, names, state)) }
        }
    }

    @Test("takes what is as it should be: the twin of every refusal")
    func takes() throws {
        let steps = [
            Self.insertion("x'41'", "zeroblob(32)", "'[]'", "'intended'"),
            "UPDATE certificate SET state = 'issued', certificate = x'01', issued_at = 0 WHERE id = 2",
            "UPDATE certificate SET state = 'revoked', revocation_reason = 1, revoked_at = 0, "
                + "revocation_change = (SELECT value + 1 FROM change_counter) WHERE id IN (1, 2, 3)",
            "UPDATE change_counter SET value = value + 1",
            "INSERT INTO blocked_key VALUES (zeroblob(32), 'new')",
            "INSERT INTO permission (kind, name, permitted_at) VALUES ('mail', 'corp.example', 0)",
            """
            INSERT INTO audit_entry SELECT sequence + 1, hash, x'00', randomblob(32)
                FROM audit_entry ORDER BY sequence DESC LIMIT 1
            """,
            "UPDATE audit_head SET count = count + 1, hash = zeroblob(32), signature = zeroblob(64)",
        ]
        for step in steps { try stranger.write { try $0.execute(sql: step) } }
    }

    private static func insertion(_ serial: String, _ key: String, _ names: String, _ state: String) -> String {
        """
        INSERT INTO certificate (serial, issuer_key, profile, identity, names, public_key, not_before, not_after, tbs,
            actor, intended_at, state)
        VALUES (\(serial), \(key), 'service', 'x', \(names), zeroblob(32), 0, 0, x'00', '', 0, \(state))
        """
    }

    private func state() throws -> [Row] {
        try stranger.read { database in
            try [
                "authority", "certificate", "audit_entry", "audit_head", "change_counter", "blocked_key", "permission",
            ].flatMap {
                try Row.fetchAll(database, sql: "SELECT * FROM \($0)")
            }
        }
    }
}

@Suite("A store is opened only when it is one")
struct Opening {
    let scratch: Scratch
    let path: String

    init() throws {
        scratch = try Scratch()
        path = scratch.file("authority.sqlite")
    }

    @Test("made new, it is owner-only, marked, and durable at each commit")
    func made() async throws {
        let store = try AuthorityDatabase.create(at: path)
        #expect(try mode(path) == 0o600)
        #expect(try mode(path + "-wal") == 0o600)
        let pragmas = try await store.engine.write { transaction in
            try ["application_id", "user_version", "synchronous", "foreign_keys"].map {
                try transaction.row("PRAGMA \($0)")?.integer($0)
            }
        }
        #expect(pragmas == [0x5359_4D42, Int64(Schema.migrations.count), 2, 1])  // synchronous 2 is FULL
        let journal = try await store.engine.read { try $0.row("PRAGMA journal_mode")?.text("journal_mode") }
        #expect(journal == "wal")
        #expect(try await store.authority() == nil)
    }

    @Test("opened again, by both ways, it is the same store", arguments: [StoreMode.readWrite, .readOnly])
    func again(_ mode: StoreMode) async throws {
        let fixture = try StoreFixture()
        try await fixture.store.record(fixture.intent(1), audit: fixture.audit())
        #expect(try await AuthorityDatabase.create(at: fixture.path).unfinishedIntents().count == 1)
        #expect(try await AuthorityDatabase.open(at: fixture.path, mode: mode).unfinishedIntents().count == 1)
    }

    @Test("is read after every writer has gone")
    func lastWriterGone() async throws {
        do { _ = try AuthorityDatabase.create(at: path) }
        #expect(try await AuthorityDatabase.open(at: path, mode: .readOnly).changeCounter() == 0)
    }

    @Test("a crash before the first commit leaves a file that create completes")
    func interrupted() async throws {
        try scratch.write("authority.sqlite", "")
        #expect(
            throws: StoreFailure.unavailable(
                "\(path) is not set up yet, or not since an earlier release; start its authority once")
        ) {
            try AuthorityDatabase.open(at: path, mode: .readOnly)
        }
        #expect(try await AuthorityDatabase.create(at: path).changeCounter() == 0)
    }

    @Test("a store of the first release is brought up to date where it may be written, with all that it has")
    func earlierRelease() async throws {
        let queue = try DatabaseQueue(path: path)
        try await queue.writeWithoutTransaction { database in
            try database.execute(sql: Schema.version1.sqlite)
            try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = 1")
            try database.execute(sql: "INSERT INTO blocked_key VALUES (zeroblob(32), 'before')")
        }
        try queue.close()
        #expect(throws: StoreFailure.self) { try AuthorityDatabase.open(at: path, mode: .readOnly) }
        let store = try AuthorityDatabase.open(at: path)
        let counts = try await store.engine.read { session in
            try ["blocked_key", "permission"].map { try session.rows("SELECT 1 FROM \($0)").count }
        }
        #expect(counts == [1, 0])
        _ = try AuthorityDatabase.open(at: path, mode: .readOnly)
    }

    @Test("a store that is not there, or is a link or a folder, is refused")
    func absent() throws {
        #expect(throws: StoreFailure.unavailable(FileFailure.absent(path: path).explanation)) {
            try AuthorityDatabase.open(at: path)
        }
        _ = try AuthorityDatabase.create(at: path)
        let link = scratch.file("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(throws: StoreFailure.unavailable(FileFailure.symbolicLink(path: link).explanation)) {
            try AuthorityDatabase.open(at: link)
        }
    }

    @Test(
        "another program's database, a later release's and a broken one are refused and left as they are",
        arguments: [
            ("PRAGMA application_id = 7", "foreign"), ("CREATE TABLE mine (x)", "foreign"),
            ("PRAGMA application_id = 1398361410; PRAGMA user_version = \(Schema.migrations.count + 1)", "newer"),
            ("PRAGMA application_id = 1398361410", "damaged"),
        ])
    func foreign(_ sql: String, _ expected: String) async throws {
        try await DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: sql) }
        let before = try content(path)
        for mode in [StoreMode.readWrite, .readOnly] {
            #expect {
                try AuthorityDatabase.open(at: path, mode: mode)
            } throws: {
                switch $0 as? StoreFailure {
                case .foreign: expected == "foreign"
                case .newerSchema(found: Schema.migrations.count + 1, known: Schema.migrations.count):
                    expected == "newer"
                case .damaged: expected == "damaged"
                default: false
                }
            }
        }
        #expect(throws: StoreFailure.self) { try AuthorityDatabase.create(at: path) }
        #expect(try content(path) == before)
    }

    @Test("a file that is no database is refused and left as it is")
    func noDatabase() throws {
        let text = String(repeating: "not a database\n", count: 100)
        try scratch.write("authority.sqlite", text)
        #expect {
            try AuthorityDatabase.open(at: path)
        } throws: {
            if case StoreFailure.foreign = $0 { true } else { false }
        }
        #expect(try content(path) == Array(text.utf8))
    }
}
