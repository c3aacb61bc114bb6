public import SymbolonAdministration
public import SymbolonAuthority

/// What the ends on one machine tell each other. It proves nothing: whoever answers there still has to.
extension AuthorityDatabase: EndpointStore {
    /// Notes the address of a service, in the place of one noted before.
    public func publish(_ endpoint: ServiceEndpoint) async throws(StoreFailure) {
        try await engine.write { transaction in
            try transaction.execute(
                """
                INSERT INTO endpoint (service, address, updated_at) VALUES (?, ?, ?)
                ON CONFLICT (service) DO UPDATE SET address = excluded.address, updated_at = excluded.updated_at
                """, [.text(endpoint.service), .text(endpoint.address), .time(endpoint.updatedAt)])
        }
    }

    /// Forgets a service's address, if it is still this one: another end may have taken the service over.
    public func withdraw(service: String, address: String) async throws(StoreFailure) {
        try await engine.write { transaction in
            try transaction.execute(
                "DELETE FROM endpoint WHERE service = ? AND address = ?", [.text(service), .text(address)])
        }
    }

    /// Where a service was last noted; `nil` when it never was, or was withdrawn.
    public func endpoint(of service: String) async throws(StoreFailure) -> ServiceEndpoint? {
        try await engine.read { session in
            try session.row("SELECT service, address, updated_at FROM endpoint WHERE service = ?", [.text(service)])
                .map { row in
                    ServiceEndpoint(
                        service: try row.text("service"), address: try row.text("address"),
                        updatedAt: try row.time("updated_at"))
                }
        }
    }
}
