public import Foundation
import GRDB
public import SymbolonAuthority

/// Where a protected service of this machine can be reached.
public struct ServiceEndpoint: Equatable, Sendable {
    /// The service's name.
    public let service: String
    /// `host:port`, as the end that listens knows it.
    public let address: String
    public let updatedAt: Date

    public init(service: String, address: String, updatedAt: Date) {
        self.service = service
        self.address = address
        self.updatedAt = updatedAt
    }
}

/// What the ends on one machine tell each other. It proves nothing: whoever answers there still has to.
extension SQLiteAuthorityStore {
    /// Notes the address of a service, in the place of one noted before.
    public func publish(_ endpoint: ServiceEndpoint) async throws(StoreFailure) {
        try await connection.write { database in
            try database.execute(
                sql: """
                    INSERT INTO endpoint (service, address, updated_at) VALUES (?, ?, ?)
                    ON CONFLICT (service) DO UPDATE SET address = excluded.address, updated_at = excluded.updated_at
                    """,
                arguments: [
                    try endpoint.service.storable(), try endpoint.address.storable(),
                    endpoint.updatedAt.storedMilliseconds,
                ])
        }
    }

    /// Forgets a service's address, if it is still this one: another end may have taken the service over.
    public func withdraw(service: String, address: String) async throws(StoreFailure) {
        try await connection.write { database in
            try database.execute(
                sql: "DELETE FROM endpoint WHERE service = ? AND address = ?",
                arguments: [try service.storable(), try address.storable()])
        }
    }

    /// Where a service was last noted; `nil` when it never was, or was withdrawn.
    public func endpoint(of service: String) async throws(StoreFailure) -> ServiceEndpoint? {
        try await connection.read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM endpoint WHERE service = ?", arguments: [try service.storable()])
            return try row.map { row in
                ServiceEndpoint(
                    service: try row.stored("service"), address: try row.stored("address"),
                    updatedAt: try row.time("updated_at"))
            }
        }
    }
}
