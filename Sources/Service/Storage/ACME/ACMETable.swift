import SymbolonCertificates
import SymbolonEnrollment
import SymbolonKeys

/// One of the tables of the ACME server: what is looked up by has columns, and `form` has the whole value.
struct ACMETable<Value: StoredForm & Sendable>: Sendable {
    let name: String
    private let id: @Sendable (Value) -> String
    private let revision: @Sendable (Value) -> Int64
    private let fixed: @Sendable (Value) -> [StoreValue]
    private let changing: @Sendable (Value) -> [StoreValue]
    // Each statement is put together once, for it is what a prepared one is found by.
    private let revisionQuery: String
    private let query: String
    private let insertion: String
    private let update: String

    /// - Parameters:
    ///   - changingColumns: the columns beside `form` that may change, in the order of `changing`.
    ///   - fixedColumns: the columns that stay as they were made, in the order of `fixed`.
    init(
        name: String, changingColumns: [String], fixedColumns: [String], id: @escaping @Sendable (Value) -> String,
        revision: @escaping @Sendable (Value) -> Int64, fixed: @escaping @Sendable (Value) -> [StoreValue],
        changing: @escaping @Sendable (Value) -> [StoreValue]
    ) {
        self.name = name
        self.id = id
        self.revision = revision
        self.fixed = fixed
        self.changing = changing
        revisionQuery = "SELECT revision FROM \(name) WHERE id = ?"
        query = "SELECT revision, form FROM \(name) WHERE id = ?"
        let columns = ["id"] + fixedColumns + changingColumns + ["revision", "form"]
        insertion = """
            INSERT INTO \(name) (\(columns.joined(separator: ", ")))
            VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
            """
        let changed = (changingColumns + ["revision", "form"]).map { "\($0) = ?" }.joined(separator: ", ")
        update = "UPDATE \(name) SET \(changed) WHERE id = ? AND revision = ?"
    }

    /// - Parameter cache: for a session that sees only what was committed.
    func get(_ id: String, in session: some StoreSession, _ cache: ACMECache<Value>) throws -> Value? {
        if cache.knows(id), let revision = try storedRevision(id, in: session),
            let known = cache.value(id, revision: revision)
        {
            return known
        }
        guard let row = try session.row(query, [.text(id)]) else { return nil }
        let value = try value(row)
        cache.insert(value, id, revision: try row.integer("revision"))
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

    private func storedRevision(_ id: String, in session: some StoreSession) throws -> Int64? {
        try session.row(revisionQuery, [.text(id)])?.integer("revision")
    }

    /// Stores the value where it is new and its place is free, or is the next revision of what is stored.
    ///
    /// - Returns: false, with nothing changed, where it is not.
    func put(_ value: Value, in session: some StoreSession) throws -> Bool {
        let form = StoreValue.text(String(decoding: value.stored, as: UTF8.self))
        let (key, number) = (StoreValue.text(id(value)), revision(value))
        guard number == 0 else {
            let arguments = changing(value) + [.integer(number), form, key, .integer(number - 1)]
            return try session.execute(update, arguments) == 1
        }
        guard try storedRevision(id(value), in: session) == nil else { return false }
        try session.execute(insertion, [key] + fixed(value) + changing(value) + [.integer(number), form])
        return true
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
