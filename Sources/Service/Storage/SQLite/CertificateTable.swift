import Foundation
import GRDB
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation

/// One row for each serial number that was ever reserved.
enum CertificateTable {
    static func insert(_ intent: IssuanceIntent, in database: Database) throws {
        guard try state(of: intent.serialNumber, in: database) == nil else {
            throw StoreFailure.serialTaken(intent.serialNumber)
        }
        try database.cachedStatement(
            sql: """
                INSERT INTO certificate (serial, issuer_key, profile, identity, names, public_key, not_before,
                    not_after, tbs, actor, intended_at, state)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'intended')
                """
        ).execute(arguments: [
            Data(intent.serialNumber.magnitude), Data(intent.issuerKey.bytes), try intent.profile.storable(),
            try intent.identity.storable(),
            try StoredJSON.text(intent.names), Data(intent.publicKey.bytes), intent.notBefore.storedMilliseconds,
            intent.notAfter.storedMilliseconds, Data(intent.tbs), try intent.actor.storable(),
            intent.at.storedMilliseconds,
        ])
    }

    static func state(of serialNumber: SerialNumber, in database: Database) throws -> IssuanceState.Name? {
        let statement = try database.cachedStatement(sql: "SELECT state FROM certificate WHERE serial = ?")
        guard let row = try Row.fetchOne(statement, arguments: [Data(serialNumber.magnitude)]) else { return nil }
        return try stateName(row)
    }

    /// The state, which must be `intended`.
    static func requireIntended(_ serialNumber: SerialNumber, in database: Database) throws {
        guard let found = try state(of: serialNumber, in: database) else {
            throw StoreFailure.unknownSerial(serialNumber)
        }
        guard found == .intended else { throw StoreFailure.conflict(serialNumber, found: found.rawValue) }
    }

    static func record(_ row: Row) throws -> IssuanceRecord {
        let intent = IssuanceIntent(
            serialNumber: try serialNumber(row), issuerKey: try key(row, "issuer_key"),
            profile: try row.stored("profile"), identity: try row.stored("identity"),
            names: try StoredJSON.value([String].self, from: try row.stored("names")),
            publicKey: try key(row, "public_key"), notBefore: try row.time("not_before"),
            notAfter: try row.time("not_after"), tbs: try row.octets("tbs"), actor: try row.stored("actor"),
            at: try row.time("intended_at"))
        return IssuanceRecord(intent: intent, state: try issuanceState(row))
    }

    private static func issuanceState(_ row: Row) throws -> IssuanceState {
        switch try stateName(row) {
        case .intended: .intended
        case .issued: .issued(certificate: try row.octets("certificate"), at: try row.time("issued_at"))
        case .abandoned:
            .abandoned(because: try row.stored("abandoned_because"), at: try row.time("abandoned_at"))
        case .revoked: .revoked(try revocation(row), certificate: try row.octetsIfAny("certificate"))
        }
    }

    private static func stateName(_ row: Row) throws -> IssuanceState.Name {
        let text: String = try row.stored("state")
        guard let name = IssuanceState.Name(rawValue: text) else {
            throw StoreFailure.damaged("a certificate is in the state \(text.debugDescription)")
        }
        return name
    }

    static func revocation(_ row: Row) throws -> Revocation {
        let code: Int = try row.stored("revocation_reason")
        guard let reason = RevocationReason(code: code) else {
            throw StoreFailure.damaged("\(code) is no reason for a revocation")
        }
        return Revocation(reason, since: try row.time("revoked_at"))
    }

    static func serialNumber(_ row: Row) throws -> SerialNumber {
        do {
            return try SerialNumber(magnitude: try row.octets("serial"))
        } catch {
            throw StoreFailure.damaged("a serial number does not read back: \(error)")
        }
    }

    static func key(_ row: Row, _ column: String) throws -> KeyFingerprint {
        do {
            return try KeyFingerprint(try row.octets(column))
        } catch {
            throw StoreFailure.damaged("column \(column) is not a key's fingerprint: \(error)")
        }
    }
}
