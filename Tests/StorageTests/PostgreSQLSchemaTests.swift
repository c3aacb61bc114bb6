import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonTestSupport
import Testing

@testable import SymbolonStorage

@Suite("PostgreSQL holds the same invariants, whoever writes")
struct PostgreSQLSchemaInvariants {
    /// A filled store, and a connection that is not ours.
    let fixture: StoreFixture
    let stranger: PostgreSQLSession

    init() async throws {
        fixture = try await StoreFixture.make(.postgreSQL)
        try await fixture.fill()
        stranger = PostgreSQLSession(try #require(fixture.address), patience: 60)
    }

    private static let zeros = "decode(repeat('00', 32), 'hex')"
    private static let ones = "decode(repeat('11', 32), 'hex')"

    @Test(
        "refuses",
        arguments: [
            "DELETE FROM audit_entry WHERE sequence = 1",
            "TRUNCATE audit_entry CASCADE",
            "UPDATE audit_entry SET event = '\\x00' WHERE sequence = 1",
            "UPDATE audit_entry SET sequence = 99 WHERE sequence = 1",
            "INSERT INTO audit_entry VALUES (99, \(zeros), '\\x00', \(ones))",
            "INSERT INTO audit_entry SELECT max(sequence) + 1, \(zeros), '\\x00', \(ones) FROM audit_entry",
            "INSERT INTO audit_entry SELECT 1, previous, event, hash FROM audit_entry WHERE sequence = 1 "
                + "ON CONFLICT (sequence) DO UPDATE SET event = '\\x00'",
            "DELETE FROM audit_head",
            "TRUNCATE audit_head",
            "UPDATE audit_head SET count = 1",
            "UPDATE audit_head SET signature = decode(repeat('00', 64), 'hex')",
            "UPDATE audit_head SET count = 1000",
            "DELETE FROM certificate WHERE id = 3",
            "TRUNCATE certificate CASCADE",
            "UPDATE certificate SET tbs = '\\x00' WHERE id = 2",
            "UPDATE certificate SET serial = '\\x01' WHERE id = 2",
            "UPDATE certificate SET state = 'intended', certificate = NULL, issued_at = NULL WHERE id = 1",
            "UPDATE certificate SET state = 'abandoned', abandoned_because = '', abandoned_at = 0 WHERE id = 1",
            "UPDATE certificate SET certificate = '\\x02' WHERE id = 1",
            "UPDATE certificate SET state = 'revoked', revocation_reason = 1, revoked_at = 0, "
                + "certificate = '\\x02' WHERE id = 1",
            "UPDATE certificate SET state = 'revoked' WHERE id = 1",
            "UPDATE certificate SET state = 'issued', certificate = '\\x01', issued_at = 0, tbs = '\\x00' WHERE id = 2",
            "INSERT INTO certificate SELECT * FROM certificate WHERE id = 2",
            "INSERT INTO certificate SELECT 99, serial, issuer_key, profile, identity, names, public_key, not_before, "
                + "not_after, tbs, actor, intended_at, state FROM certificate WHERE id = 2",
            "INSERT INTO certificate SELECT 99, '\\x99', issuer_key, profile, identity, names, public_key, not_before, "
                + "not_after, tbs, actor, intended_at, state, certificate, issued_at FROM certificate WHERE id = 1",
            "DELETE FROM authority",
            "TRUNCATE authority",
            "UPDATE authority SET root_certificate = '\\x00'",
            "INSERT INTO authority SELECT 2, configuration, root_certificate, issuing_certificate, audit_key, created_at "
                + "FROM authority",
            "UPDATE certificate SET state = 'issued' WHERE id = 2",
            "UPDATE certificate SET state = 'issued', certificate = '\\x01', issued_at = 0 WHERE id = 3",
            "UPDATE certificate SET state = 'issued', revocation_reason = NULL, revoked_at = NULL WHERE id = 4",
            "UPDATE certificate SET revocation_reason = 0 WHERE id = 4",
            "UPDATE certificate SET state = 'revoked', revocation_reason = 8, revoked_at = 0 WHERE id = 1",
            "UPDATE certificate SET state = 'lost' WHERE id = 2",
            "UPDATE change_counter SET value = value - 1",
            "UPDATE change_counter SET value = value + 2",
            "DELETE FROM change_counter",
            "TRUNCATE change_counter",
            "INSERT INTO change_counter VALUES (2, 0)",
            "DELETE FROM blocked_key",
            "TRUNCATE blocked_key",
            "UPDATE blocked_key SET because = ''",
            "DELETE FROM permission",
            "TRUNCATE permission",
            "UPDATE permission SET name = 'example'",
            "INSERT INTO permission (kind, name, permitted_at) VALUES ('dns', 'corp.example', 0)",
            "INSERT INTO permission (kind, name, permitted_at) VALUES ('any', 'corp.example', 0)",
            "INSERT INTO permission (kind, name, permitted_at) VALUES ('dns', '', 0)",
            "INSERT INTO blocked_key VALUES ('\\x00', 'too short')",
            "DELETE FROM symbolon_schema",
            "TRUNCATE symbolon_schema",
            "UPDATE symbolon_schema SET version = 1",
        ])
    func refuses(_ sql: String) throws {
        let before = try state()
        #expect {
            try stranger.connected().script(sql)
        } throws: {
            // 23: integrity constraint violation, as the triggers say too; no mistake of the statement's own.
            ($0 as? PostgreSQLFailure)?.sqlState?.hasPrefix("23") == true
        }
        #expect(try state() == before)
    }

    @Test("takes what is as it should be: the twin of every refusal")
    func takes() throws {
        let insertion = """
            INSERT INTO certificate (serial, issuer_key, profile, identity, names, public_key, not_before, not_after, tbs,
                actor, intended_at, state)
            VALUES ('\\x41', \(Self.zeros), 'service', 'x', '[]', \(Self.zeros), 0, 0, '\\x00', '', 0, 'intended')
            """
        let steps = [
            insertion,
            "UPDATE certificate SET state = 'issued', certificate = '\\x01', issued_at = 0 WHERE id = 2",
            "UPDATE certificate SET state = 'revoked', revocation_reason = 1, revoked_at = 0, "
                + "revocation_change = (SELECT value + 1 FROM change_counter) WHERE id IN (1, 2, 3)",
            "UPDATE change_counter SET value = value + 1",
            "INSERT INTO blocked_key VALUES (\(Self.zeros), 'new')",
            "INSERT INTO permission (kind, name, permitted_at) VALUES ('mail', 'corp.example', 0)",
            """
            INSERT INTO audit_entry SELECT sequence + 1, hash, '\\x00', \(Self.ones)
                FROM audit_entry ORDER BY sequence DESC LIMIT 1
            """,
            "UPDATE audit_head SET count = count + 1, hash = \(Self.zeros), "
                + "signature = decode(repeat('00', 64), 'hex')",
            "UPDATE symbolon_schema SET version = version + 1",
        ]
        for step in steps { try stranger.connected().script(step) }
    }

    private func state() throws -> [StoreRow] {
        _ = try stranger.connected()
        return try [
            "authority", "certificate", "audit_entry", "audit_head", "change_counter", "blocked_key", "permission",
            "symbolon_schema",
        ].flatMap { try stranger.rows("SELECT * FROM \($0) ORDER BY 1") }
    }
}

@Suite("A PostgreSQL database is used only when it is a store, or can become one")
struct PostgreSQLOpening {
    private func address() async throws -> PostgreSQLAddress {
        try PostgreSQLAddress(try await PostgreSQLServer.shared.newSchema())
    }

    private func change(_ address: PostgreSQLAddress, _ sql: String) throws {
        try PostgreSQLSession(address, patience: 60).connected().script(sql)
    }

    @Test("eight nodes that start together make its tables once")
    func together() async throws {
        let address = try await address()
        let counters = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for _ in 0..<8 { group.addTask { try await AuthorityDatabase.open(at: address).changeCounter() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counters == [UInt64](repeating: 0, count: 8))
    }

    @Test("for reading only it is opened when its tables are there, and not before")
    func readOnly() async throws {
        let address = try await address()
        await #expect {
            try await AuthorityDatabase.open(at: address, mode: .readOnly)
        } throws: {
            if case StoreFailure.unavailable = $0 { true } else { false }
        }
        _ = try await AuthorityDatabase.open(at: address)
        #expect(try await AuthorityDatabase.open(at: address, mode: .readOnly).changeCounter() == 0)
    }

    @Test("a store of the first release is brought up to date, with all that it has")
    func earlierRelease() async throws {
        let address = try await address()
        let session = PostgreSQLSession(address, patience: 60)
        try session.connected().script(
            Schema.version1.postgreSQL + Schema.mark
                + "INSERT INTO blocked_key VALUES (decode(repeat('00', 32), 'hex'), 'before')")
        let store = try await AuthorityDatabase.open(at: address)
        let counts = try await store.engine.read { session in
            try ["blocked_key", "permission"].map { try session.rows("SELECT 1 FROM \($0)").count }
        }
        #expect(counts == [1, 0])
    }

    @Test("a later release's store, another program's tables and damage are refused and left as they are")
    func refused() async throws {
        let later = try await address()
        _ = try await AuthorityDatabase.open(at: later)
        try change(later, "UPDATE symbolon_schema SET version = 99")
        await #expect(throws: StoreFailure.newerSchema(found: 99, known: Schema.migrations.count)) {
            try await AuthorityDatabase.open(at: later)
        }

        let foreign = try await address()
        try change(foreign, "CREATE TABLE certificate (mine BIGINT)")
        await #expect {
            try await AuthorityDatabase.open(at: foreign)
        } throws: {
            if case StoreFailure.foreign = $0 { true } else { false }
        }
        try change(foreign, "SELECT mine FROM certificate")

        // Half of a version is none: a table in the way of the last of its tables undoes the first.
        let half = try await address()
        try change(half, "CREATE TABLE endpoint (mine BIGINT)")
        await #expect(throws: StoreFailure.self) { try await AuthorityDatabase.open(at: half) }
        #expect(try PostgreSQLSession(half, patience: 60).connected().script("SELECT to_regclass('authority')") == "")
    }

    @Test("a server that is not there, a user that it does not know: said at once, with no password")
    func unreachable() async throws {
        let port = try ClosedPort.make()
        let address = try PostgreSQLAddress("postgresql://someone:hunter2@127.0.0.1:\(port)/none")
        await #expect {
            try await AuthorityDatabase.open(at: address)
        } throws: { error in
            guard case StoreFailure.unavailable(let cause) = error else { return false }
            return cause.contains("\(port)") && !cause.contains("hunter2")
        }
    }
}

@Suite("A connection string, as libpq reads it")
struct PostgreSQLAddresses {
    @Test(
        "is shown without its password",
        arguments: [
            (
                "postgresql://web@db.example:6000/ca?sslmode=require",
                "host=db.example port=6000 dbname=ca user=web sslmode=require", false
            ),
            ("postgresql://web:hunter2@db.example/ca", "host=db.example dbname=ca user=web", true),
            ("host=db.example dbname=ca password='hunter 2'", "host=db.example dbname=ca", true),
            (
                "postgres://?host=/run/postgresql&dbname=a b".replacing(" ", with: "%20"),
                "host=/run/postgresql dbname='a b'", false
            ),
        ])
    func shown(_ text: String, _ description: String, _ holdsPassword: Bool) throws {
        let address = try PostgreSQLAddress(text)
        #expect(address.description == description)
        #expect(address.holdsPassword == holdsPassword)
    }

    @Test(
        "is refused when it is none, and not repeated",
        arguments: [
            "authority.sqlite", "/home/x=y/authority.sqlite", "postgresql://a:hunter2@[::1", "host=a nonsense=b",
            "host=a\0",
        ])
    func refused(_ text: String) {
        #expect(throws: PostgreSQLAddressFailure.unreadable) { try PostgreSQLAddress(text) }
    }

    @Test(
        "a server elsewhere proves itself, unless told otherwise by name",
        arguments: [
            ("host=db.example", [:], true), ("host=10.0.0.1", [:], true),
            ("hostaddr=10.0.0.1 host=localhost", [:], true),
            ("service=ca", [:], true), ("dbname=ca", ["PGHOST": "db.example"], true),
            ("host=localhost,db.example", [:], true), ("host=127.0.0.1.example.org", [:], true),
            ("host=localhost", [:], false), ("host=127.0.0.1", [:], false), ("dbname=ca", [:], false),
            ("host=/run/postgresql", [:], false), ("host=db.example sslmode=disable", [:], false),
            ("host=db.example", ["PGSSLMODE": "prefer"], false),
        ] as [(String, [String: String], Bool)])
    func proves(_ text: String, _ environment: [String: String], _ expected: Bool) throws {
        let additions = try PostgreSQLAddress(text).additions(patience: 5, environment: environment)
        #expect(additions.contains { $0.name == "sslmode" && $0.value == "verify-full" } == expected)
    }
}
