import Foundation
import GRDB
public import SymbolonAudit
public import SymbolonAuthority
public import SymbolonCertificates
public import SymbolonKeys
import SymbolonRevocation

extension SQLiteAuthorityStore {
    public func revoke(_ orders: [RevocationOrder]) async throws(StoreFailure) -> [SerialNumber] {
        try await connection.write { database in
            var revoked: [SerialNumber] = []
            for order in orders where try Self.revoke(order, in: database) { revoked.append(order.serialNumber) }
            if !revoked.isEmpty { try database.execute(sql: "UPDATE change_counter SET value = value + 1") }
            return revoked
        }
    }

    /// True when that was news.
    private static func revoke(_ order: RevocationOrder, in database: Database) throws -> Bool {
        guard let found = try CertificateTable.state(of: order.serialNumber, in: database) else {
            throw StoreFailure.unknownSerial(order.serialNumber)
        }
        guard found != .revoked else { return false }
        try database.cachedStatement(
            sql: "UPDATE certificate SET state = 'revoked', revocation_reason = ?, revoked_at = ? WHERE serial = ?"
        ).execute(arguments: [
            order.revocation.reason.code, order.revocation.since.storedMilliseconds, Data(order.serialNumber.magnitude),
        ])
        try AuditTable.append(order.audit, in: database)
        return true
    }

    public func revocations() async throws(StoreFailure) -> RevocationRecords {
        try await connection.read { database in
            let rows = try Row.fetchCursor(
                database,
                sql:
                    """
                    SELECT issuer_key, serial, revocation_reason, revoked_at
                    FROM certificate WHERE revoked_at IS NOT NULL
                    """
            )
            var revoked: [CertificateIdentifier: Revocation] = [:]
            while let row = try rows.next() {
                let identifier = CertificateIdentifier(
                    issuerKey: try CertificateTable.key(row, "issuer_key"),
                    serialNumber: try CertificateTable.serialNumber(row))
                revoked[identifier] = try CertificateTable.revocation(row)
            }
            return RevocationRecords(revoked: revoked, changeCounter: try Self.changeCounter(in: database))
        }
    }

    public func changeCounter() async throws(StoreFailure) -> UInt64 {
        try await connection.read { try Self.changeCounter(in: $0) }
    }

    static func changeCounter(in database: Database) throws -> UInt64 {
        let statement = try database.cachedStatement(sql: "SELECT value FROM change_counter")
        guard let value = try Int64.fetchOne(statement), value >= 0 else {
            throw StoreFailure.damaged("there is no change counter")
        }
        return UInt64(value)
    }

    public func isBlocked(_ key: KeyFingerprint) async throws(StoreFailure) -> Bool {
        try await connection.read { try Self.isBlocked(key, in: $0) }
    }

    private static func isBlocked(_ key: KeyFingerprint, in database: Database) throws -> Bool {
        // 1 is keyCompromise (RFC 5280 §5.3.1).
        let statement = try database.cachedStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM blocked_key WHERE key = ?1)
                    OR EXISTS (SELECT 1 FROM certificate WHERE public_key = ?1 AND revocation_reason = 1)
                """)
        return try Bool.fetchOne(statement, arguments: [Data(key.bytes)]) ?? false
    }

    public func block(_ key: KeyFingerprint, because: String, audit: AuditAppend) async throws(StoreFailure) {
        try await connection.write { database in
            let isKnown = try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM blocked_key WHERE key = ?)", arguments: [Data(key.bytes)])
            guard isKnown != true else { return }
            try database.execute(
                sql: "INSERT INTO blocked_key (key, because) VALUES (?, ?)",
                arguments: [Data(key.bytes), try because.storable()])
            try AuditTable.append(audit, in: database)
        }
    }
}
