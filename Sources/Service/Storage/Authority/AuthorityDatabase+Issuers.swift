public import Foundation
public import SymbolonAudit
public import SymbolonAuthority
import SymbolonCertificates
public import SymbolonKeys
import SymbolonRevocation

extension AuthorityDatabase {
    public func issuers() async throws(StoreFailure) -> [Issuer] {
        try await engine.read { try IssuerTable.issuers(in: $0).map(\.issuer) }
    }

    public func remaining(below key: KeyFingerprint, at now: Date) async throws(StoreFailure) -> Int {
        try await engine.read { session in
            let row = try session.row(
                """
                SELECT count(*) AS number FROM certificate WHERE issuer_key = ? AND state = 'issued' AND not_after >= ?
                    AND identity NOT LIKE 'spiffe://%/authority/server'
                    AND identity NOT LIKE 'spiffe://%/authority/responder'
                    AND NOT EXISTS (SELECT 1 FROM certificate AS next
                        WHERE next.replaces = certificate.serial AND next.state = 'issued')
                """, [.octets(key.bytes), .integer(now.storedMilliseconds(.up))])
            return Int(try row?.integer("number") ?? 0)
        }
    }

    public func change(_ change: IssuerChange, audit: AuditAppend) async throws(StoreFailure) {
        try await engine.write { transaction in
            let counter = try Self.changeCounter(in: transaction) + 1
            try IssuerTable.noteKeys(in: transaction)
            for issuer in change.prepared { try IssuerTable.insert(issuer, counter, in: transaction) }
            for step in change.steps { try IssuerTable.take(step, counter, in: transaction) }
            try IssuerTable.requireActive(in: transaction)
            try Self.countChange(in: transaction)
            try transaction.append(audit)
        }
    }
}

/// One row for each root and issuing authority that there ever was.
enum IssuerTable {
    /// The first two, which are active from the start.
    static func begin(_ authority: AuthorityRecord, in session: some StoreSession) throws {
        for (role, certificate) in [("root", authority.rootCertificate), ("issuing", authority.issuingCertificate)] {
            // What does not read here is found when it is opened.
            let key = (try? Certificate(der: certificate))?.publicKey?.fingerprint.bytes
            try session.execute(
                """
                INSERT INTO issuer (role, key, certificate, root, state, since, change_counter)
                VALUES (?, ?, ?, \(role == "root" ? "NULL" : "(SELECT id FROM issuer WHERE role = 'root')"), 'active', ?, 0)
                """, [.text(role), .octets(key), .octets(certificate), .time(authority.createdAt)])
        }
    }

    /// The certificates of those that are active.
    static func active(in session: some StoreSession) throws -> (root: [UInt8], issuing: [UInt8]) {
        var found: [String: [UInt8]] = [:]
        for row in try session.rows("SELECT role, certificate FROM issuer WHERE state = 'active'") {
            found[try row.text("role")] = try row.octets("certificate")
        }
        guard let root = found["root"], let issuing = found["issuing"] else {
            throw StoreFailure.damaged("no root, or no issuing authority, is active")
        }
        return (root, issuing)
    }

    /// What the schema cannot ask at the end of a transaction: a root is active, and an issuing authority below it.
    static func requireActive(in session: some StoreSession) throws {
        guard
            try session.exists(
                """
                SELECT 1 FROM issuer AS issuing JOIN issuer AS root ON root.id = issuing.root
                    WHERE issuing.state = 'active' AND root.state = 'active'
                """)
        else { throw StoreFailure.forbidden("a root is active, and an issuing authority below it") }
    }

    /// All issuers where one was revoked, or was so after the change counter had a value; else none, for there is nothing to say.
    static func revoked(since changeCounter: UInt64?, in session: some StoreSession) throws -> [Issuer] {
        let since = Int64(clamping: changeCounter ?? 0)
        guard
            try session.exists(
                "SELECT 1 FROM issuer WHERE revoked_at IS NOT NULL AND change_counter > ? LIMIT 1", [.integer(since)])
        else { return [] }
        return try issuers(in: session).map(\.issuer)
    }

    static func issuers(in session: some StoreSession) throws -> [(row: Int64, issuer: Issuer)] {
        let rows = try session.rows(
            """
            SELECT id, role, key, certificate, root, link, state, since, change_counter, revocation_reason, revoked_at,
                replacement_begun, replace_by FROM issuer ORDER BY id
            """)
        var keys: [Int64: KeyFingerprint] = [:]
        return try rows.map { row in
            let id = try row.integer("id")
            let certificate = try Self.certificate(try row.octets("certificate"))
            guard let key = certificate.publicKey?.fingerprint,
                try row.octetsIfAny("key").map({ $0 == key.bytes }) ?? true
            else { throw StoreFailure.damaged("an issuer's certificate is for another key than its row says") }
            keys[id] = key
            guard let role = Issuer.Role(rawValue: try row.text("role")),
                let state = Issuer.State(rawValue: try row.text("state")),
                let root = try row.integerIfAny("root").map({ keys[$0] }) ?? key
            else { throw StoreFailure.damaged("an issuer of no known role or state, or below no root") }
            let begun = try row.timeIfAny("replacement_begun")
            let by = try row.timeIfAny("replace_by")
            return (
                id,
                Issuer(
                    role, certificate, key: key, root: root, link: try row.octetsIfAny("link").map(Self.certificate),
                    state: state, since: try row.time("since"),
                    changeCounter: UInt64(clamping: try row.integer("change_counter")),
                    revocation: try row.integerIfAny("revoked_at") == nil ? nil : try CertificateTable.revocation(row),
                    replacement: begun.flatMap { begun in by.map { Issuer.Replacement(begun: begun, by: $0) } })
            )
        }
    }

    private static func certificate(_ der: [UInt8]) throws -> Certificate {
        do {
            return try Certificate(der: der)
        } catch {
            throw StoreFailure.damaged("an issuer's certificate does not read: \(error.explanation)")
        }
    }

    /// Those of a store that an earlier release made are not there.
    static func noteKeys(in session: some StoreSession) throws {
        guard try session.exists("SELECT 1 FROM issuer WHERE key IS NULL LIMIT 1") else { return }
        for (row, issuer) in try issuers(in: session) {
            try session.execute(
                "UPDATE issuer SET key = ? WHERE id = ? AND key IS NULL", [.octets(issuer.key.bytes), .integer(row)])
        }
    }

    static func insert(_ issuer: Issuer, _ counter: UInt64, in session: some StoreSession) throws {
        try session.execute(
            """
            INSERT INTO issuer (role, key, certificate, root, link, state, since, change_counter)
            VALUES (?, ?, ?, (SELECT id FROM issuer WHERE key = ? AND role = 'root'), ?, ?, ?, ?)
            """,
            [
                .text(issuer.role.rawValue), .octets(issuer.key.bytes), .octets(issuer.certificate.der),
                issuer.role == .root ? .null : .octets(issuer.root.bytes), .octets(issuer.link?.der),
                .text(issuer.state.rawValue), .time(issuer.since), .integer(Int(clamping: counter)),
            ])
    }

    static func take(_ step: IssuerStep, _ counter: UInt64, in session: some StoreSession) throws {
        let changed = try session.execute(
            """
            UPDATE issuer SET state = ?, since = ?, change_counter = ?,
                revocation_reason = coalesce(?, revocation_reason), revoked_at = coalesce(?, revoked_at),
                replacement_begun = coalesce(?, replacement_begun), replace_by = coalesce(?, replace_by)
            WHERE key = ? AND state = ?
            """,
            [
                .text(step.to.rawValue), .time(step.at), .integer(Int(clamping: counter)),
                step.revocation.map { .integer($0.reason.code) } ?? .null, .time(step.revocation?.since),
                .time(step.replacement?.begun), .time(step.replacement?.by), .octets(step.key.bytes),
                .text(step.from.rawValue),
            ])
        guard changed == 1 else { throw StoreFailure.overtaken }
    }
}
