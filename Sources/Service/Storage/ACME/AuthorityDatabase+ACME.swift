public import Foundation
public import SymbolonAudit
public import SymbolonAuthority
public import SymbolonCertificates
public import SymbolonEnrollment
public import SymbolonKeys

/// The ACME server's port. What a decision rests on is looked at in the transaction that stores it, and all writes follow
/// one another: of two decisions that rest on the same, the second finds a conflict.
extension AuthorityDatabase: ACMEStore {
    public func commit(_ decision: ACMEDecision) async throws(StoreFailure) -> ACMECommit {
        do {
            try await engine.write { try Self.take(decision, in: $0) }
        } catch .overtaken {
            return .conflict
        }
        acme.note(decision)
        return .done
    }

    public func record(
        _ intent: IssuanceIntent, audit: AuditAppend, with decision: ACMEDecision
    ) async throws(StoreFailure) {
        try await engine.write { transaction in
            try Self.record(intent, audit, in: transaction)
            try Self.take(decision, in: transaction)
        }
        acme.note(decision)
    }

    public func complete(
        _ serialNumber: SerialNumber, certificate: [UInt8], at: Date, audit: AuditAppend, with decision: ACMEDecision
    ) async throws(StoreFailure) {
        try await engine.write { transaction in
            try Self.complete(serialNumber, certificate, at, audit, in: transaction)
            try Self.take(decision, in: transaction)
        }
        acme.note(decision)
    }

    /// Throws `overtaken`, which undoes all of it, when something is not as the decision takes it to be.
    private static func take(_ decision: ACMEDecision, in transaction: StoreTransaction) throws {
        guard try holds(decision, in: transaction), try put(decision, in: transaction) else {
            throw StoreFailure.overtaken
        }
        if let replacement = decision.replacement { try put(replacement, in: transaction) }
        for entry in decision.audit { try transaction.append(entry) }
    }

    /// What the decision rests on and does not change is still so.
    private static func holds(_ decision: ACMEDecision, in session: some StoreSession) throws -> Bool {
        for one in decision.unchangedAccounts where try !ACMETables.accounts.isCurrent(one, in: session) {
            return false
        }
        for one in decision.unchangedAuthorizations
        where try !ACMETables.authorizations.isCurrent(one, in: session) { return false }
        for one in decision.accounts {
            let isTaken = try session.exists(
                "SELECT 1 FROM acme_account WHERE key = ? AND id <> ?",
                [.octets(one.key.fingerprint.bytes), .text(one.id.description)])
            guard !isTaken else { return false }
        }
        guard let replacement = decision.replacement else { return true }
        return try replacingOrder(of: replacement.certificate, in: session) == replacement.instead?.description
    }

    /// False when a value does not follow what is stored.
    private static func put(_ decision: ACMEDecision, in session: some StoreSession) throws -> Bool {
        for one in decision.accounts where try !ACMETables.accounts.put(one, in: session) { return false }
        for one in decision.externalAccountKeys where try !ACMETables.externalKeys.put(one, in: session) {
            return false
        }
        for one in decision.authorizations where try !ACMETables.authorizations.put(one, in: session) { return false }
        for one in decision.orders where try !ACMETables.orders.put(one, in: session) { return false }
        return true
    }

    private static func put(_ replacement: ACMEDecision.Replacement, in session: some StoreSession) throws {
        let sql =
            replacement.instead == nil
            ? "INSERT INTO acme_replacement (order_id, certificate) VALUES (?, ?)"
            : "UPDATE acme_replacement SET order_id = ? WHERE certificate = ?"
        try session.execute(
            sql, [.text(replacement.order.description), .octets(replacement.certificate.magnitude)])
    }

    private static func replacingOrder(of certificate: SerialNumber, in session: some StoreSession) throws -> String? {
        try session.row(
            "SELECT order_id FROM acme_replacement WHERE certificate = ?", [.octets(certificate.magnitude)])?
            .text("order_id")
    }

    // MARK: Accounts

    public func account(_ id: ResourceID) async throws(StoreFailure) -> ACMEAccount? {
        try await engine.lookUp { [acme] in try ACMETables.accounts.get(id.description, in: $0, acme.accounts) }
    }

    public func account(withKey key: KeyFingerprint) async throws(StoreFailure) -> ACMEAccount? {
        try await engine.lookUp { session in
            try ACMETables.accounts.all(where: "key = ?", [.octets(key.bytes)], in: session).first
        }
    }

    public func accounts(limit: Int) async throws(StoreFailure) -> [ACMEAccount] {
        try await engine.read { session in
            try ACMETables.accounts.all(
                where: "number > 0 ORDER BY number DESC LIMIT ?", [.integer(max(0, limit))], in: session)
        }
    }

    public func accountCount(from network: String, since: Date) async throws(StoreFailure) -> Int {
        try await engine.lookUp { session in
            try ACMETables.accounts.count(
                where: "created_from = ? AND created_at >= ?", [.text(network), .time(since)], in: session)
        }
    }

    public func externalAccountKey(_ id: String) async throws(StoreFailure) -> ExternalAccountKey? {
        // What holds a NUL is the name of none.
        guard !id.utf8.contains(0) else { return nil }
        return try await engine.lookUp { session in
            try ACMETables.externalKeys.all(where: "id = ?", [.text(id)], in: session).first
        }
    }

    public func externalAccountKeys(limit: Int) async throws(StoreFailure) -> [ExternalAccountKey] {
        try await engine.read { session in
            try ACMETables.externalKeys.all(
                where: "number > 0 ORDER BY number DESC LIMIT ?", [.integer(max(0, limit))], in: session)
        }
    }

    // MARK: Orders

    public func order(_ id: ResourceID) async throws(StoreFailure) -> ACMEOrderRecord? {
        try await engine.lookUpTogether { [acme] session in
            guard let order = try ACMETables.orders.get(id.description, in: session, acme.orders) else { return nil }
            let authorizations = try order.authorizations.map { id in
                guard let found = try ACMETables.authorizations.get(id.description, in: session, acme.authorizations)
                else {
                    throw StoreFailure.damaged("authorization \(id) of order \(order.id) is not there")
                }
                return found
            }
            return ACMEOrderRecord(order: order, authorizations: authorizations)
        }
    }

    public func order(certificate: SerialNumber) async throws(StoreFailure) -> ACMEOrder? {
        try await engine.lookUp { [acme] session in
            let row = try session.row(
                "SELECT id FROM acme_order WHERE certificate = ?", [.octets(certificate.magnitude)])
            return try row.flatMap { try ACMETables.orders.get(try $0.text("id"), in: session, acme.orders) }
        }
    }

    public func orders(
        of account: ResourceID, after: ResourceID?, limit: Int
    ) async throws(StoreFailure) -> [ResourceID] {
        try await engine.read { session in
            let condition = after == nil ? "" : "AND number > (SELECT number FROM acme_order WHERE id = ?)"
            let rows = try session.rows(
                """
                SELECT id FROM acme_order WHERE account = ? AND state <> 'invalid' \(condition) ORDER BY number LIMIT ?
                """,
                [.text(account.description)] + (after.map { [.text($0.description)] } ?? [])
                    + [.integer(max(0, limit))])
            return try rows.map { row in
                guard let id = ResourceID(try row.text("id")) else {
                    throw StoreFailure.damaged("an order's id does not read back")
                }
                return id
            }
        }
    }

    public func hasMade(
        _ count: Int, ordersSince since: Date, _ account: ResourceID
    ) async throws(StoreFailure) -> Bool {
        guard count > 0 else { return true }
        return try await engine.lookUp { session in
            // The one that is so many back, whatever else the account has ordered in its life.
            let row = try session.row(
                "SELECT created_at FROM acme_order WHERE account = ? ORDER BY number DESC LIMIT 1 OFFSET ?",
                [.text(account.description), .integer(count - 1)])
            return try row.map { try $0.time("created_at") >= since } ?? false
        }
    }

    public func order(replacing certificate: SerialNumber) async throws(StoreFailure) -> ACMEOrder? {
        try await engine.lookUp { [acme] session in
            try Self.replacingOrder(of: certificate, in: session).flatMap { id in
                try ACMETables.orders.get(id, in: session, acme.orders)
            }
        }
    }

    public func unfinishedOrders(since: Date, limit: Int) async throws(StoreFailure) -> [ACMEOrder] {
        try await engine.lookUp { session in
            try ACMETables.orders.all(
                where: "processing_since <= ? ORDER BY processing_since, number LIMIT ?",
                [.time(since), .integer(max(0, limit))], in: session)
        }
    }

    // MARK: Authorizations

    public func authorization(_ id: ResourceID) async throws(StoreFailure) -> ACMEAuthorization? {
        try await engine.lookUp { [acme] in
            try ACMETables.authorizations.get(id.description, in: $0, acme.authorizations)
        }
    }

    public func validAuthorizations(
        of account: ResourceID, for identifiers: [ACMEIdentifier], until: Date
    ) async throws(StoreFailure) -> [ACMEAuthorization] {
        try await engine.lookUp { session in
            // One by one: a query of its own for each number of identifiers would be prepared each.
            try identifiers.flatMap { identifier in
                try ACMETables.authorizations.all(
                    where: "account = ? AND identifier = ? AND status = 'valid' AND expires_at > ? ORDER BY number",
                    [.text(account.description), .text(identifier.description), .time(until)], in: session)
            }
        }
    }

    public func failureCount(
        of account: ResourceID, for identifier: ACMEIdentifier, since: Date
    ) async throws(StoreFailure) -> Int {
        try await engine.lookUp { session in
            try ACMETables.authorizations.count(
                where: "account = ? AND identifier = ? AND status = 'invalid' AND created_at >= ?",
                [.text(account.description), .text(identifier.description), .time(since)], in: session)
        }
    }

    public func dueAuthorizations(at now: Date, limit: Int) async throws(StoreFailure) -> [ACMEAuthorization] {
        try await engine.lookUp { session in
            try ACMETables.authorizations.all(
                where: "due_at <= ? ORDER BY due_at, number LIMIT ?", [.time(now), .integer(max(0, limit))],
                in: session)
        }
    }
}
