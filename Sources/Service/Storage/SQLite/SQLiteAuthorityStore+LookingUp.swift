import Foundation
import GRDB
public import SymbolonAuthority
public import SymbolonCertificates

extension SQLiteAuthorityStore {
    public func certificate(_ serialNumber: SerialNumber) async throws(StoreFailure) -> IssuanceRecord? {
        try await connection.read { database in
            let statement = try database.cachedStatement(sql: "SELECT * FROM certificate WHERE serial = ?")
            return try Row.fetchOne(statement, arguments: [Data(serialNumber.magnitude)]).map(CertificateTable.record)
        }
    }

    public func certificates(matching query: CertificateQuery) async throws(StoreFailure) -> [IssuanceRecord] {
        try await connection.read { database in
            let (condition, arguments) = try Self.condition(query)
            return try Row.fetchAll(
                database, sql: "SELECT * FROM certificate WHERE \(condition) ORDER BY id DESC LIMIT ?",
                arguments: arguments + [max(0, query.limit)]
            ).map(CertificateTable.record)
        }
    }

    /// Only what narrows is in the condition, so that the index on the identity is used when there is one.
    private static func condition(_ query: CertificateQuery) throws -> (String, StatementArguments) {
        let states = query.states.map(\.rawValue).sorted()
        var parts = ["state IN (\(states.map { _ in "?" }.joined(separator: ", ")))"]
        var arguments = StatementArguments(states)
        if let identity = query.identity {
            parts.append("identity = ?")
            arguments += [try identity.storable()]
        }
        if let profile = query.profile {
            parts.append("profile = ?")
            arguments += [try profile.storable()]
        }
        if let moment = query.validAt {
            parts.append("not_after >= ?")
            arguments += [moment.storedMilliseconds(.up)]
        }
        return (parts.joined(separator: " AND "), arguments)
    }
}
