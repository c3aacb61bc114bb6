public import Foundation
import GRDB
public import SymbolonAudit
public import SymbolonAuthority
public import SymbolonCertificates

extension SQLiteAuthorityStore {
    public func record(_ intent: IssuanceIntent, audit: AuditAppend) async throws(StoreFailure) {
        try await connection.write { database in
            try CertificateTable.insert(intent, in: database)
            try AuditTable.append(audit, in: database)
        }
    }

    public func complete(
        _ serialNumber: SerialNumber, certificate: [UInt8], at: Date, audit: AuditAppend
    ) async throws(StoreFailure) {
        try await connection.write { database in
            try CertificateTable.requireIntended(serialNumber, in: database)
            try database.cachedStatement(
                sql: "UPDATE certificate SET state = 'issued', certificate = ?, issued_at = ? WHERE serial = ?"
            ).execute(arguments: [Data(certificate), at.storedMilliseconds, Data(serialNumber.magnitude)])
            try AuditTable.append(audit, in: database)
        }
    }

    public func abandon(
        _ serialNumber: SerialNumber, because: String, at: Date, audit: AuditAppend
    ) async throws(StoreFailure) {
        // A reason may quote anything. The audit entry has it as it was; this column cannot hold a NUL.
        let reason = because.replacing("\0", with: "\u{FFFD}")
        try await connection.write { database in
            try CertificateTable.requireIntended(serialNumber, in: database)
            try database.cachedStatement(
                sql: """
                    UPDATE certificate SET state = 'abandoned', abandoned_because = ?, abandoned_at = ? WHERE serial = ?
                    """
            ).execute(arguments: [reason, at.storedMilliseconds, Data(serialNumber.magnitude)])
            try AuditTable.append(audit, in: database)
        }
    }

    public func unfinishedIntents() async throws(StoreFailure) -> [IssuanceIntent] {
        try await connection.read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM certificate WHERE state = 'intended' ORDER BY id")
                .map { try CertificateTable.record($0).intent }
        }
    }
}
