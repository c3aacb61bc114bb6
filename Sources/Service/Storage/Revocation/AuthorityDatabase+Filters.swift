import Foundation
public import SymbolonAudit
public import SymbolonAuthority
import SymbolonCertificates
public import SymbolonKeys
public import SymbolonRevocation

extension AuthorityDatabase: RevocationFilterStore {
    private static let standing = """
        issuer_key, kind, number, base_number, change_counter, this_update, next_update, covers, certificates, \
        length(filter) AS size
        """

    public func filterStandings(of issuer: KeyFingerprint) async throws(StoreFailure) -> [FilterStanding] {
        try await engine.read { session in
            try session.rows(
                "SELECT \(Self.standing) FROM revocation_filter WHERE issuer_key = ?", [.octets(issuer.bytes)]
            ).map(Self.filterStanding)
        }
    }

    public func filter(
        of issuer: KeyFingerprint, _ kind: FilterStanding.Kind
    ) async throws(StoreFailure) -> PublishedFilter? {
        try await engine.read { session in
            try session.row(
                "SELECT \(Self.standing), filter FROM revocation_filter WHERE issuer_key = ? AND kind = ?",
                [.octets(issuer.bytes), .text(kind.rawValue)]
            ).map { PublishedFilter(standing: try Self.filterStanding($0), der: try $0.octets("filter")) }
        }
    }

    private static func filterStanding(_ row: StoreRow) throws -> FilterStanding {
        guard let kind = FilterStanding.Kind(rawValue: try row.text("kind")),
            let counter = UInt64(exactly: try row.integer("change_counter"))
        else { throw StoreFailure.damaged("a revocation filter of no known kind or of a negative change counter") }
        return FilterStanding(
            issuerKey: try CertificateTable.key(row, "issuer_key"), kind: kind, number: try row.integer("number"),
            baseNumber: try row.integer("base_number"), changeCounter: counter, thisUpdate: try row.time("this_update"),
            nextUpdate: try row.time("next_update"), covers: try row.time("covers"),
            count: Int(clamping: try row.integer("certificates")), size: Int(clamping: try row.integer("size")))
    }

    // MARK: What filters are made from

    public func issued(
        by issuer: KeyFingerprint, in spans: [FilterSpan]
    ) async throws(StoreFailure) -> (changeCounter: UInt64, [IssuedCertificates]) {
        try await engine.read { session in
            (
                try Self.changeCounter(in: session),
                try spans.map { try Self.issued(by: issuer, in: $0, session) }
            )
        }
    }

    /// Every row, whatever became of the intent: what was meant to be signed may have been.
    private static func issued(
        by issuer: KeyFingerprint, in span: FilterSpan, _ session: any StoreSession
    ) throws -> IssuedCertificates {
        var condition = "issuer_key = ? AND not_before <= ? AND not_after >= ?"
        var arguments: [StoreValue] = [.octets(issuer.bytes), .time(span.begunBy), .time(span.notEndedBefore)]
        if let begunAfter = span.begunAfter {
            condition += " AND not_before > ?"
            arguments.append(.time(begunAfter))
        }
        var issued = IssuedCertificates()
        try session.each("SELECT serial, revoked_at FROM certificate WHERE \(condition)", arguments) { row in
            issued.append(
                try CertificateTable.serialNumber(row), isRevoked: try row.integerIfAny("revoked_at") != nil)
        }
        return issued
    }

    // MARK: Publishing

    public func publish(
        _ filter: PublishedFilter, replacing last: Int64?, audit: AuditAppend
    ) async throws(StoreFailure) -> Bool {
        try await engine.write { transaction in
            let standing = filter.standing
            let key: [StoreValue] = [.octets(standing.issuerKey.bytes), .text(standing.kind.rawValue)]
            let row = try transaction.row(
                "SELECT number FROM revocation_filter WHERE issuer_key = ? AND kind = ?", key)
            guard try row?.integer("number") == last else { return false }
            let values: [StoreValue] = [
                .integer(standing.number), .integer(standing.baseNumber),
                .integer(Int(clamping: standing.changeCounter)),
                .time(standing.thisUpdate), .time(standing.nextUpdate), .time(standing.covers),
                .integer(standing.count),
                .octets(filter.der),
            ]
            if last == nil {
                try transaction.execute(
                    """
                    INSERT INTO revocation_filter (number, base_number, change_counter, this_update, next_update, covers,
                        certificates, filter, issuer_key, kind)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """, values + key)
            } else {
                try transaction.execute(
                    """
                    UPDATE revocation_filter SET number = ?, base_number = ?, change_counter = ?, this_update = ?,
                        next_update = ?, covers = ?, certificates = ?, filter = ?
                    WHERE issuer_key = ? AND kind = ?
                    """, values + key)
            }
            try transaction.append(audit)
            return true
        }
    }
}
