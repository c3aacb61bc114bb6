import Foundation
public import SymbolonAudit
public import SymbolonAuthority
public import SymbolonCertificates
public import SymbolonKeys
public import SymbolonRevocation

extension AuthorityDatabase {
    public func revoke(_ orders: [RevocationOrder]) async throws(StoreFailure) -> [SerialNumber] {
        try await engine.write { try Self.revoke(orders, in: $0) }
    }

    static func revoke(_ orders: [RevocationOrder], in transaction: StoreTransaction) throws -> [SerialNumber] {
        var revoked: [SerialNumber] = []
        for order in orders where try Self.revoke(order, in: transaction) { revoked.append(order.serialNumber) }
        if !revoked.isEmpty { try countChange(in: transaction) }
        return revoked
    }

    /// True when that was news.
    private static func revoke(_ order: RevocationOrder, in transaction: StoreTransaction) throws -> Bool {
        let serialNumber = order.serialNumber
        guard let found = try CertificateTable.standing(of: serialNumber, in: transaction) else {
            throw StoreFailure.unknownSerial(serialNumber)
        }
        var revocation = order.revocation
        if let earlier = found.revocation {
            guard order.reach.replaces(earlier.reason, by: revocation.reason) else { return false }
            revocation = Revocation(revocation.reason, since: earlier.since)
        } else if revocation.reason == .certificateHold, found.state != .issued {
            throw StoreFailure.conflict(serialNumber, found: found.state.rawValue)
        }
        try transaction.execute(
            """
            UPDATE certificate SET state = 'revoked', revocation_reason = ?, revoked_at = ?,
                invalid_since = coalesce(?, invalid_since), released_at = NULL,
                revocation_change = (SELECT value + 1 FROM change_counter) WHERE serial = ?
            """,
            [
                .integer(revocation.reason.code), .time(revocation.since), .time(order.invalidSince),
                .octets(serialNumber.magnitude),
            ])
        try transaction.append(order.audit)
        return true
    }

    public func release(_ orders: [ReleaseOrder]) async throws(StoreFailure) -> [SerialNumber] {
        try await engine.write { transaction in
            var released: [SerialNumber] = []
            for order in orders where try Self.release(order, in: transaction) { released.append(order.serialNumber) }
            if !released.isEmpty { try Self.countChange(in: transaction) }
            return released
        }
    }

    /// True when that was news.
    private static func release(_ order: ReleaseOrder, in transaction: StoreTransaction) throws -> Bool {
        guard let found = try CertificateTable.standing(of: order.serialNumber, in: transaction) else {
            throw StoreFailure.unknownSerial(order.serialNumber)
        }
        guard found.revocation?.reason == .certificateHold else { return false }
        try transaction.execute(
            """
            UPDATE certificate SET state = 'issued', revocation_reason = NULL, revoked_at = NULL, invalid_since = NULL,
                released_at = ?, revocation_change = (SELECT value + 1 FROM change_counter) WHERE serial = ?
            """, [.time(order.at), .octets(order.serialNumber.magnitude)])
        try transaction.append(order.audit)
        return true
    }

    public func revocations() async throws(StoreFailure) -> RevocationRecords {
        try await engine.read { session in
            var revoked: [CertificateIdentifier: Revocation] = [:]
            try session.each(
                """
                SELECT issuer_key, serial, revocation_reason, revoked_at FROM certificate WHERE revoked_at IS NOT NULL
                """, []
            ) { row in
                let identifier = CertificateIdentifier(
                    issuerKey: try CertificateTable.key(row, "issuer_key"),
                    serialNumber: try CertificateTable.serialNumber(row))
                revoked[identifier] = try CertificateTable.revocation(row)
            }
            let records = RevocationRecords(revoked: revoked, changeCounter: try Self.changeCounter(in: session))
            return records.with(try IssuerTable.revoked(since: nil, in: session))
        }
    }

    public func revocationChanges(
        since changeCounter: UInt64, atMost limit: Int
    ) async throws(StoreFailure) -> RevocationChanges? {
        try await engine.read { session in
            let now = try Self.changeCounter(in: session)
            guard changeCounter <= now else { return nil }
            var revoked: [CertificateIdentifier: Revocation] = [:]
            var released: Set<CertificateIdentifier> = []
            // One issuer after the other: the index begins with its key, and no row is read.
            var issuer: [UInt8] = []
            while let row = try session.row(
                """
                SELECT issuer_key FROM certificate WHERE revocation_change IS NOT NULL AND issuer_key > ?
                    ORDER BY issuer_key LIMIT 1
                """, [.octets(issuer)])
            {
                let key = try CertificateTable.key(row, "issuer_key")
                issuer = key.bytes
                try session.each(
                    """
                    SELECT serial, revocation_reason, revoked_at FROM certificate
                        WHERE issuer_key = ? AND revocation_change > ? LIMIT ?
                    """, [.octets(issuer), .integer(Int64(clamping: changeCounter)), .integer(limit + 1)]
                ) { row in
                    let identifier = CertificateIdentifier(
                        issuerKey: key, serialNumber: try CertificateTable.serialNumber(row))
                    if try row.integerIfAny("revoked_at") == nil {
                        released.insert(identifier)
                    } else {
                        revoked[identifier] = try CertificateTable.revocation(row)
                    }
                }
                guard revoked.count + released.count <= limit else { return nil }
            }
            return RevocationChanges(
                since: changeCounter, changeCounter: now, revoked: revoked, released: released
            ).with(try IssuerTable.revoked(since: changeCounter, in: session))
        }
    }

    public func changeCounter() async throws(StoreFailure) -> UInt64 {
        try await engine.lookUp { try Self.changeCounter(in: $0) }
    }

    /// Something else is to be believed than before: ends are told, and confirm the new value.
    static func countChange(in transaction: StoreTransaction) throws {
        try transaction.execute("UPDATE change_counter SET value = value + 1")
    }

    static func changeCounter(in session: any StoreSession) throws -> UInt64 {
        guard let value = try session.row("SELECT value FROM change_counter")?.integer("value"), value >= 0 else {
            throw StoreFailure.damaged("there is no change counter")
        }
        return UInt64(value)
    }

    public func isBlocked(_ key: KeyFingerprint) async throws(StoreFailure) -> Bool {
        // 1 is keyCompromise (RFC 5280 §5.3.1).
        try await engine.lookUp { session in
            try session.exists(
                """
                SELECT 1 FROM blocked_key WHERE key = ?
                UNION ALL SELECT 1 FROM certificate WHERE public_key = ? AND revocation_reason = 1 LIMIT 1
                """, [.octets(key.bytes), .octets(key.bytes)])
        }
    }

    public func block(_ key: KeyFingerprint, because: String, audit: AuditAppend) async throws(StoreFailure) {
        try await engine.write { transaction in
            guard try !transaction.exists("SELECT 1 FROM blocked_key WHERE key = ?", [.octets(key.bytes)]) else {
                return
            }
            try transaction.execute(
                "INSERT INTO blocked_key (key, because) VALUES (?, ?)", [.octets(key.bytes), .text(because)])
            try transaction.append(audit)
        }
    }
}
