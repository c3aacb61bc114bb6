public import SymbolonAudit
public import SymbolonAuthority
import SymbolonCertificates
public import SymbolonEnrollment
public import SymbolonNames

extension AuthorityDatabase: FederationStore {
    public func put(_ federated: FederatedAuthority, audit: AuditAppend) async throws(StoreFailure) {
        try await engine.write { transaction in
            try transaction.execute(
                """
                INSERT INTO federation (trust_domain, anchor, since, until, actor) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (trust_domain) DO UPDATE SET anchor = excluded.anchor, since = excluded.since,
                    until = excluded.until, actor = excluded.actor
                """,
                [
                    .text(federated.trustDomain.description), .octets(federated.anchor.der), .time(federated.since),
                    .time(federated.until), .text(federated.actor),
                ])
            try Self.countChange(in: transaction)
            try transaction.append(audit)
        }
    }

    public func removeFederation(
        _ trustDomain: TrustDomain, audit: AuditAppend
    ) async throws(StoreFailure) -> Bool {
        try await engine.write { transaction in
            let gone = try transaction.execute(
                "DELETE FROM federation WHERE trust_domain = ?", [.text(trustDomain.description)])
            guard gone > 0 else { return false }
            try Self.countChange(in: transaction)
            try transaction.append(audit)
            return true
        }
    }

    public func federations() async throws(StoreFailure) -> [FederatedAuthority] {
        try await engine.read { session in
            try session.rows("SELECT * FROM federation ORDER BY trust_domain").map { row in
                do {
                    return FederatedAuthority(
                        trustDomain: try TrustDomain(try row.text("trust_domain")),
                        anchor: try Certificate(der: try row.octets("anchor")), since: try row.time("since"),
                        until: try row.time("until"), actor: try row.text("actor"))
                } catch let failure as NameFailure {
                    throw StoreFailure.damaged("a federated trust domain: \(failure.explanation)")
                } catch let failure as CertificateFailure {
                    throw StoreFailure.damaged("a federated anchor: \(failure.explanation)")
                }
            }
        }
    }
}
