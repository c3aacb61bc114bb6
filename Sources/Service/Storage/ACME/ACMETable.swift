import SymbolonCertificates
import SymbolonEnrollment
import SymbolonKeys

/// One of the tables of the ACME server: what is looked up by has columns, and `form` has the whole value.
struct ACMETable<Value: StoredForm & Sendable>: Sendable {
    let name: String
    /// The columns beside `form` that may change, in the order of `changing`.
    let changingColumns: [String]
    /// The columns that stay as they were made, in the order of `fixed`.
    let fixedColumns: [String]
    let id: @Sendable (Value) -> String
    let revision: @Sendable (Value) -> Int64
    let fixed: @Sendable (Value) -> [StoreValue]
    let changing: @Sendable (Value) -> [StoreValue]

    /// - Parameter cache: for a session that sees only what was committed.
    func get(_ id: String, in session: some StoreSession, _ cache: ACMECache<Value>) throws -> Value? {
        guard let revision = try storedRevision(id, in: session) else { return nil }
        if let known = cache.value(id, revision: revision) { return known }
        guard let row = try session.row("SELECT form FROM \(name) WHERE id = ?", [.text(id)]) else { return nil }
        let value = try value(row)
        cache.insert(value, id, revision: revision)
        return value
    }

    func note(_ values: [Value], in cache: ACMECache<Value>) {
        for one in values { cache.insert(one, id(one), revision: revision(one)) }
    }

    /// Those of which a condition is true; it may end with an order and a limit.
    func all(where condition: String, _ arguments: [StoreValue], in session: some StoreSession) throws -> [Value] {
        try session.rows("SELECT form FROM \(name) WHERE \(condition)", arguments).map(value)
    }

    func count(where condition: String, _ arguments: [StoreValue], in session: some StoreSession) throws -> Int {
        let row = try session.row("SELECT count(*) AS found FROM \(name) WHERE \(condition)", arguments)
        return Int(clamping: try row?.integer("found") ?? 0)
    }

    func value(_ row: StoreRow) throws -> Value { try Value(stored: Array(try row.text("form").utf8)) }

    /// The value's revision is the one that is stored.
    func isCurrent(_ value: Value, in session: some StoreSession) throws -> Bool {
        try storedRevision(id(value), in: session) == revision(value)
    }

    /// The value is new and its place is free, or it is the next revision of what is stored.
    func follows(_ value: Value, in session: some StoreSession) throws -> Bool {
        let stored = try storedRevision(id(value), in: session)
        return revision(value) == 0 ? stored == nil : stored == revision(value) - 1
    }

    private func storedRevision(_ id: String, in session: some StoreSession) throws -> Int64? {
        try session.row("SELECT revision FROM \(name) WHERE id = ?", [.text(id)])?.integer("revision")
    }

    func put(_ value: Value, in session: some StoreSession) throws {
        let form = StoreValue.text(String(decoding: value.stored, as: UTF8.self))
        let (key, number) = (StoreValue.text(id(value)), StoreValue.integer(revision(value)))
        if revision(value) == 0 {
            let columns = ["id"] + fixedColumns + changingColumns + ["revision", "form"]
            try session.execute(
                """
                INSERT INTO \(name) (\(columns.joined(separator: ", ")))
                VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
                """, [key] + fixed(value) + changing(value) + [number, form])
        } else {
            let columns = changingColumns + ["revision", "form"]
            try session.execute(
                "UPDATE \(name) SET \(columns.map { "\($0) = ?" }.joined(separator: ", ")) WHERE id = ?",
                changing(value) + [number, form, key])
        }
    }
}

/// What was read and written lately, of the tables that every request looks into.
struct ACMECaches: Sendable {
    let accounts = ACMECache<ACMEAccount>()
    let orders = ACMECache<ACMEOrder>()
    let authorizations = ACMECache<ACMEAuthorization>()

    /// Of a decision that is committed.
    func note(_ decision: ACMEDecision) {
        ACMETables.accounts.note(decision.accounts, in: accounts)
        ACMETables.orders.note(decision.orders, in: orders)
        ACMETables.authorizations.note(decision.authorizations, in: authorizations)
    }
}

/// The tables of the ACME server.
enum ACMETables {
    static let accounts = ACMETable<ACMEAccount>(
        name: "acme_account", changingColumns: ["key", "status"], fixedColumns: ["created_at", "created_from"],
        id: { $0.id.description }, revision: \.revision,
        fixed: { [.time($0.createdAt), .text($0.createdFrom)] },
        changing: { [.octets($0.key.fingerprint.bytes), .text($0.status.rawValue)] })

    static let externalKeys = ACMETable<ExternalAccountKey>(
        name: "acme_external_key", changingColumns: ["state"], fixedColumns: [], id: \.id, revision: \.revision,
        fixed: { _ in [] }, changing: { [.text($0.state.name.rawValue)] })

    static let orders = ACMETable<ACMEOrder>(
        name: "acme_order", changingColumns: ["state", "certificate", "processing_since"],
        fixedColumns: ["account", "created_at"], id: { $0.id.description }, revision: \.revision,
        fixed: { [.text($0.account.description), .time($0.createdAt)] },
        changing: { order in
            let outcome: [StoreValue] =
                switch order.state {
                case .open, .invalid: [.null, .null]
                case .processing(let finalization): [.null, .time(finalization.since)]
                case .valid(let certificate): [.octets(certificate.magnitude), .null]
                }
            return [.text(order.state.name.rawValue)] + outcome
        })

    static let authorizations = ACMETable<ACMEAuthorization>(
        name: "acme_authorization", changingColumns: ["status", "expires_at", "due_at"],
        fixedColumns: ["account", "identifier", "created_at"], id: { $0.id.description }, revision: \.revision,
        fixed: { [.text($0.account.description), .text($0.identifier.description), .time($0.createdAt)] },
        changing: { [.text($0.status.rawValue), .time($0.expiresAt), .time($0.attempt?.dueAt)] })
}
