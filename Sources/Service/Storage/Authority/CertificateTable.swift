import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation

/// One row for each serial number that was ever reserved.
enum CertificateTable {
    static let columns = """
        serial, issuer_key, profile, identity, names, public_key, not_before, not_after, tbs, actor, intended_at, state,
            certificate, issued_at, abandoned_because, abandoned_at, revocation_reason, revoked_at, replaces
        """

    static func insert(_ intent: IssuanceIntent, in session: some StoreSession) throws {
        guard try state(of: intent.serialNumber, in: session) == nil else {
            throw StoreFailure.serialTaken(intent.serialNumber)
        }
        try session.execute(
            """
            INSERT INTO certificate (serial, issuer_key, profile, identity, names, public_key, not_before,
                not_after, tbs, actor, intended_at, replaces, state)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'intended')
            """,
            [
                .octets(intent.serialNumber.magnitude), .octets(intent.issuerKey.bytes), .text(intent.profile),
                .text(intent.identity), .text(StoredJSON.text(intent.names)), .octets(intent.publicKey.bytes),
                .time(intent.notBefore), .time(intent.notAfter), .octets(intent.tbs), .text(intent.actor),
                .time(intent.at), intent.replaces.map { .octets($0.magnitude) } ?? .null,
            ])
    }

    static func state(
        of serialNumber: SerialNumber, in session: some StoreSession
    ) throws -> IssuanceState.Name? {
        try session.row("SELECT state FROM certificate WHERE serial = ?", [.octets(serialNumber.magnitude)])
            .map(stateName)
    }

    /// The state, and the revocation if there is one.
    static func standing(
        of serialNumber: SerialNumber, in session: some StoreSession
    ) throws -> (state: IssuanceState.Name, revocation: Revocation?)? {
        try session.row(
            "SELECT state, revocation_reason, revoked_at FROM certificate WHERE serial = ?",
            [.octets(serialNumber.magnitude)]
        ).map { row in
            let state = try stateName(row)
            return (state, state == .revoked ? try revocation(row) : nil)
        }
    }

    /// The state, which must be `intended`.
    static func requireIntended(_ serialNumber: SerialNumber, in session: some StoreSession) throws {
        guard let found = try state(of: serialNumber, in: session) else {
            throw StoreFailure.unknownSerial(serialNumber)
        }
        guard found == .intended else { throw StoreFailure.conflict(serialNumber, found: found.rawValue) }
    }

    static func record(_ row: StoreRow) throws -> IssuanceRecord {
        let intent = IssuanceIntent(
            serialNumber: try serialNumber(row), issuerKey: try key(row, "issuer_key"),
            profile: try row.text("profile"), identity: try row.text("identity"),
            names: try StoredJSON.texts(try row.text("names")),
            publicKey: try key(row, "public_key"), notBefore: try row.time("not_before"),
            notAfter: try row.time("not_after"), tbs: try row.octets("tbs"), actor: try row.text("actor"),
            at: try row.time("intended_at"),
            replaces: try row.octetsIfAny("replaces").map { try serialNumber($0) })
        return IssuanceRecord(intent: intent, state: try issuanceState(row))
    }

    private static func issuanceState(_ row: StoreRow) throws -> IssuanceState {
        switch try stateName(row) {
        case .intended: .intended
        case .issued: .issued(certificate: try row.octets("certificate"), at: try row.time("issued_at"))
        case .abandoned:
            .abandoned(because: try row.text("abandoned_because"), at: try row.time("abandoned_at"))
        case .revoked: .revoked(try revocation(row), certificate: try row.octetsIfAny("certificate"))
        }
    }

    static func stateName(_ row: StoreRow) throws -> IssuanceState.Name {
        let text = try row.text("state")
        guard let name = IssuanceState.Name(rawValue: text) else {
            throw StoreFailure.damaged("a certificate is in the state \(text.debugDescription)")
        }
        return name
    }

    static func revocation(_ row: StoreRow) throws -> Revocation {
        let code = Int(clamping: try row.integer("revocation_reason"))
        guard let reason = RevocationReason(code: code) else {
            throw StoreFailure.damaged("\(code) is no reason for a revocation")
        }
        return Revocation(reason, since: try row.time("revoked_at"))
    }

    static func serialNumber(_ row: StoreRow) throws -> SerialNumber { try serialNumber(try row.octets("serial")) }

    private static func serialNumber(_ magnitude: [UInt8]) throws -> SerialNumber {
        do {
            return try SerialNumber(magnitude: magnitude)
        } catch {
            throw StoreFailure.damaged("a serial number does not read back: \(error)")
        }
    }

    static func key(_ row: StoreRow, _ column: String) throws -> KeyFingerprint {
        do {
            return try KeyFingerprint(try row.octets(column))
        } catch {
            throw StoreFailure.damaged("column \(column) is not a key's fingerprint: \(error)")
        }
    }
}
