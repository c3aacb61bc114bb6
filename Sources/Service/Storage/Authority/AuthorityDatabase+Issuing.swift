public import Foundation
public import SymbolonAudit
public import SymbolonAuthority
public import SymbolonCertificates

extension AuthorityDatabase {
    public func record(_ intent: IssuanceIntent, audit: AuditAppend) async throws(StoreFailure) {
        try await engine.write { try Self.record(intent, audit, in: $0) }
    }

    static func record(_ intent: IssuanceIntent, _ audit: AuditAppend, in transaction: StoreTransaction) throws {
        try CertificateTable.insert(intent, in: transaction)
        try transaction.append(audit)
    }

    public func complete(
        _ serialNumber: SerialNumber, certificate: [UInt8], at: Date, audit: AuditAppend
    ) async throws(StoreFailure) {
        try await engine.write { try Self.complete(serialNumber, certificate, at, audit, in: $0) }
    }

    static func complete(
        _ serialNumber: SerialNumber, _ certificate: [UInt8], _ at: Date, _ audit: AuditAppend,
        in transaction: StoreTransaction
    ) throws {
        let changed = try transaction.execute(
            """
            UPDATE certificate SET state = 'issued', certificate = ?, issued_at = ?
            WHERE serial = ? AND state = 'intended'
            """,
            [.octets(certificate), .time(at), .octets(serialNumber.magnitude)])
        if changed == 0 { try CertificateTable.requireIntended(serialNumber, in: transaction) }
        try transaction.append(audit)
    }

    public func abandon(
        _ serialNumber: SerialNumber, because: String, at: Date, audit: AuditAppend
    ) async throws(StoreFailure) {
        // A reason may quote anything. The audit entry has it as it was; this column cannot hold a NUL.
        let reason = because.replacing("\0", with: "\u{FFFD}")
        try await engine.write { transaction in
            try CertificateTable.requireIntended(serialNumber, in: transaction)
            try transaction.execute(
                "UPDATE certificate SET state = 'abandoned', abandoned_because = ?, abandoned_at = ? WHERE serial = ?",
                [.text(reason), .time(at), .octets(serialNumber.magnitude)])
            try transaction.append(audit)
        }
    }

    public func unfinishedIntents() async throws(StoreFailure) -> [IssuanceIntent] {
        try await engine.read { session in
            try session.rows("SELECT \(CertificateTable.columns) FROM certificate WHERE state = 'intended' ORDER BY id")
                .map { try CertificateTable.record($0).intent }
        }
    }
}
