import Foundation
public import SymbolonAuthority
public import SymbolonCertificates
import SymbolonKeys

extension AuthorityDatabase {
    public func certificate(_ serialNumber: SerialNumber) async throws(StoreFailure) -> IssuanceRecord? {
        try await engine.lookUp { session in
            try session.row(
                "SELECT \(CertificateTable.columns) FROM certificate WHERE serial = ?",
                [.octets(serialNumber.magnitude)]
            ).map(CertificateTable.record)
        }
    }

    public func certificates(matching query: CertificateQuery) async throws(StoreFailure) -> [IssuanceRecord] {
        guard !query.states.isEmpty else { return [] }
        return try await engine.read { session in
            let (condition, arguments) = Self.condition(query)
            return try session.rows(
                """
                SELECT \(CertificateTable.columns) FROM certificate WHERE \(condition) ORDER BY id DESC LIMIT ?
                """, arguments + [.integer(max(0, query.limit))]
            ).map(CertificateTable.record)
        }
    }

    public func certificateCount(matching query: CertificateQuery) async throws(StoreFailure) -> Int {
        guard !query.states.isEmpty else { return 0 }
        return try await engine.read { session in
            let (condition, arguments) = Self.condition(query)
            let row = try session.row("SELECT count(*) AS number FROM certificate WHERE \(condition)", arguments)
            return Int(try row?.integer("number") ?? 0)
        }
    }

    /// Only what narrows is in the condition, so that the index on the identity is used when there is one.
    private static func condition(_ query: CertificateQuery) -> (String, [StoreValue]) {
        let states = query.states.map(\.rawValue).sorted()
        var parts = ["state IN (\(states.map { _ in "?" }.joined(separator: ", ")))"]
        var arguments = states.map { StoreValue.text($0) }
        if let identity = query.identity {
            parts.append("identity = ?")
            arguments.append(.text(identity))
        }
        if let profile = query.profile {
            parts.append("profile = ?")
            arguments.append(.text(profile))
        }
        if !query.identityPrefixes.isEmpty {
            let one = "substr(identity, 1, CAST(? AS INTEGER)) = ?"
            parts.append("(" + query.identityPrefixes.map { _ in one }.joined(separator: " OR ") + ")")
            for prefix in query.identityPrefixes {
                arguments += [.integer(prefix.unicodeScalars.count), .text(prefix)]
            }
        }
        if let key = query.key {
            parts.append("public_key = ?")
            arguments.append(.octets(key.bytes))
        }
        if let issuer = query.issuer {
            parts.append("issuer_key = ?")
            arguments.append(.octets(issuer.bytes))
        }
        if let moment = query.issuedFrom {
            parts.append("intended_at >= ?")
            arguments.append(.integer(moment.storedMilliseconds(.up)))
        }
        if let moment = query.issuedBefore {
            parts.append("intended_at < ?")
            arguments.append(.integer(moment.storedMilliseconds(.up)))
        }
        if let moment = query.validAt {
            parts.append("not_after >= ?")
            arguments.append(.integer(moment.storedMilliseconds(.up)))
        }
        if let serialNumber = query.before {
            parts.append("id < (SELECT id FROM certificate WHERE serial = ?)")
            arguments.append(.octets(serialNumber.magnitude))
        }
        return (parts.joined(separator: " AND "), arguments)
    }
}
