public import Foundation
public import SymbolonAuthority
public import SymbolonCertificates
public import SymbolonKeys
import SymbolonRevocation

extension AuthorityDatabase: RevocationAnswerStore {
    public func standing(
        of serialNumber: SerialNumber, from issuer: KeyFingerprint
    ) async throws(StoreFailure) -> AnsweredCertificate? {
        try await engine.lookUp { session in
            try session.row(
                """
                SELECT state, revocation_reason, revoked_at, not_after, (SELECT value FROM change_counter) AS change
                    FROM certificate WHERE serial = ? AND issuer_key = ?
                """, [.octets(serialNumber.magnitude), .octets(issuer.bytes)]
            ).map { row in
                AnsweredCertificate(
                    standing: try Self.standing(row), notAfter: try row.time("not_after"),
                    changeCounter: UInt64(clamping: try row.integer("change")))
            }
        }
    }

    /// RFC 6960 §2.2: good is what was issued, and what was only intended may never come to be.
    private static func standing(_ row: StoreRow) throws -> CertificateStanding {
        switch try CertificateTable.stateName(row) {
        case .issued: .good
        case .revoked: .revoked(try CertificateTable.revocation(row))
        case .intended, .abandoned: .unknown
        }
    }

    public func changes(
        of issuer: KeyFingerprint, after changeCounter: UInt64, atMost limit: Int
    ) async throws(StoreFailure) -> AnswerChanges {
        try await engine.read { session in
            let now = try Self.changeCounter(in: session)
            guard now > changeCounter else { return AnswerChanges(changed: [], changeCounter: now) }
            let changed = try session.rows(
                "SELECT serial FROM certificate WHERE issuer_key = ? AND revocation_change > ? LIMIT ?",
                [.octets(issuer.bytes), .integer(Int(clamping: changeCounter)), .integer(limit + 1)]
            ).map(CertificateTable.serialNumber)
            return AnswerChanges(changed: changed.count > limit ? nil : changed, changeCounter: now)
        }
    }

    public func lives(below issuer: KeyFingerprint, at now: Date) async throws(StoreFailure) -> Bool {
        try await engine.read { session in
            try session.exists(
                """
                SELECT 1 FROM certificate WHERE issuer_key = ? AND state IN ('issued', 'revoked') AND not_after >= ?
                    AND profile <> 'responder' LIMIT 1
                """, [.octets(issuer.bytes), .integer(now.storedMilliseconds(.up))])
        }
    }
}
