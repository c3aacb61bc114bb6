import SymbolonAudit
import SymbolonAuthority
import SymbolonKeys
import SymbolonRevocation

extension InMemoryStore: RevocationFilterStore {
    func filterStandings(of issuer: KeyFingerprint) async throws(StoreFailure) -> [FilterStanding] {
        snapshot.filters.values.map(\.standing).filter { $0.issuerKey == issuer }
    }

    func filter(
        of issuer: KeyFingerprint, _ kind: FilterStanding.Kind
    ) async throws(StoreFailure) -> PublishedFilter? {
        snapshot.filters[kind].flatMap { $0.standing.issuerKey == issuer ? $0 : nil }
    }

    func issued(
        by issuer: KeyFingerprint, in spans: [FilterSpan]
    ) async throws(StoreFailure) -> (changeCounter: UInt64, [IssuedCertificates]) {
        let contents = snapshot
        return (contents.changeCounter, spans.map { Self.issued(by: issuer, in: $0, contents) })
    }

    private static func issued(by issuer: KeyFingerprint, in span: FilterSpan, _ contents: Contents)
        -> IssuedCertificates
    {
        var issued = IssuedCertificates()
        for (serialNumber, record) in contents.records {
            let intent = record.intent
            guard intent.issuerKey == issuer, intent.notBefore <= span.begunBy, intent.notAfter >= span.notEndedBefore,
                span.begunAfter.map({ intent.notBefore > $0 }) ?? true
            else { continue }
            let isRevoked = if case .revoked = record.state { true } else { false }
            issued.append(serialNumber, isRevoked: isRevoked)
        }
        return issued
    }

    func publish(
        _ filter: PublishedFilter, replacing last: Int64?, audit: AuditAppend
    ) async throws(StoreFailure) -> Bool {
        try transaction(.publish) { contents throws(StoreFailure) in
            guard contents.filters[filter.standing.kind]?.standing.number == last else { return false }
            contents.filters[filter.standing.kind] = filter
            try contents.append(audit)
            return true
        }
    }
}
