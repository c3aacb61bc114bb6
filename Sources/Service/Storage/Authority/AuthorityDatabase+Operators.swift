import Foundation
public import SymbolonAdministration
public import SymbolonAudit
public import SymbolonAuthority
public import SymbolonCertificates

extension AuthorityDatabase: OperatorStore {
    public func operators() async throws(StoreFailure) -> [Operator] {
        try await engine.read { session in
            try session.rows("SELECT identity, role, since, added_by FROM operator ORDER BY identity").map(
                Self.operator)
        }
    }

    public func role(of identity: String) async throws(StoreFailure) -> Role? {
        try await engine.lookUp { try Self.operator(identity, in: $0)?.role }
    }

    public func standing(of certificate: SerialNumber) async throws(StoreFailure) -> OperatorStanding? {
        try await engine.lookUp { session in
            try session.row(
                """
                SELECT certificate, certificate.identity AS identity, profile, role
                FROM certificate LEFT JOIN operator ON operator.identity = certificate.identity
                WHERE serial = ? AND state = 'issued'
                """, [.octets(certificate.magnitude)]
            ).map { row in
                OperatorStanding(
                    certificate: try row.octets("certificate"), identity: try row.text("identity"),
                    profile: try row.text("profile"), role: try row.textIfAny("role").map(Self.role))
            }
        }
    }

    public func put(_ entry: Operator, audit: AuditAppend) async throws(OperatorFailure) -> Bool {
        try await changing { transaction in
            let known = try Self.operator(entry.identity, in: transaction)
            guard known?.role != entry.role else { return .success(false) }
            if try Self.isLastAdministrator(known, in: transaction) {
                return .failure(.lastAdministrator(entry.identity))
            }
            try transaction.execute(
                """
                INSERT INTO operator (identity, role, since, added_by) VALUES (?, ?, ?, ?)
                ON CONFLICT (identity) DO UPDATE
                    SET role = excluded.role, since = excluded.since, added_by = excluded.added_by
                """,
                [.text(entry.identity), .text(entry.role.rawValue), .time(entry.since), .text(entry.addedBy)])
            try transaction.append(audit)
            return .success(true)
        }
    }

    public func remove(_ identity: String, audit: AuditAppend) async throws(OperatorFailure) {
        try await changing { (transaction) -> Result<Void, OperatorFailure> in
            guard let known = try Self.operator(identity, in: transaction) else { return .failure(.unknown(identity)) }
            if try Self.isLastAdministrator(known, in: transaction) { return .failure(.lastAdministrator(identity)) }
            try transaction.execute("DELETE FROM operator WHERE identity = ?", [.text(identity)])
            try transaction.append(audit)
            return .success(())
        }
    }

    /// A refusal is decided inside the transaction, by what it sees; it has changed nothing.
    private func changing<Value: Sendable>(
        _ work: @escaping @Sendable (StoreTransaction) throws -> Result<Value, OperatorFailure>
    ) async throws(OperatorFailure) -> Value {
        let result: Result<Value, OperatorFailure>
        do {
            result = try await engine.write(work)
        } catch {
            throw .store(error)
        }
        return try result.get()
    }

    private static func isLastAdministrator(_ entry: Operator?, in session: any StoreSession) throws -> Bool {
        guard let entry, entry.role == .administrator else { return false }
        return try !session.exists(
            "SELECT 1 FROM operator WHERE role = 'administrator' AND identity <> ? LIMIT 1", [.text(entry.identity)])
    }

    private static func `operator`(_ identity: String, in session: any StoreSession) throws -> Operator? {
        try session.row("SELECT identity, role, since, added_by FROM operator WHERE identity = ?", [.text(identity)])
            .map(Self.operator)
    }

    private static func `operator`(_ row: StoreRow) throws -> Operator {
        Operator(
            identity: try row.text("identity"), role: try role(try row.text("role")), since: try row.time("since"),
            addedBy: try row.text("added_by"))
    }

    private static func role(_ text: String) throws -> Role {
        guard let role = Role(rawValue: text) else {
            throw StoreFailure.damaged("\(text.debugDescription) is no role")
        }
        return role
    }
}
