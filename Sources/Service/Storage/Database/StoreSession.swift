import SymbolonAudit

/// How the tables' SQL reaches a database, SQLite or PostgreSQL.
///
/// To keep something of a domain's own in the store:
/// 1. write its tables once, as a part of the schema: `Schema+Version3.swift` lists the parts, and `SchemaDialect` has the
///    words in which the two engines differ (types, triggers);
/// 2. write its requirements in an extension of `AuthorityDatabase`, with `engine.write { transaction in … }` and
///    `engine.read { session in … }`. What `write` returns is durable; what `write` throws left no trace;
/// 3. write the SQL that both engines know: `?` for each argument, in order; `ON CONFLICT … DO UPDATE` (not on a table that
///    refuses insertions by a trigger, which comes before it); `RETURNING`; `IS DISTINCT FROM`. No `INSERT OR …`, no `?1`,
///    no `rowid`, and no `?` in a literal. Integers are 64 bits, times `.time` (milliseconds), octets `.octets`, JSON
///    text. Ask `exists(…)`, not `SELECT EXISTS`: only one of them has truth values;
/// 4. add audit entries by `transaction.append(audit)`, in the transaction that makes them true.
///
/// The closure of a `write` may run more than once (together with others in one transaction, then alone, or again after a
/// lost connection); only the run that is committed counts. So it touches nothing but the session. Writes of all nodes
/// follow one another: what a `write` reads stays so until it is committed.
protocol StoreSession: AnyObject {
    /// Runs one statement. Returns how many rows it changed.
    @discardableResult
    func execute(_ sql: String, _ arguments: [StoreValue]) throws -> Int

    /// Gives each row of a query to `body`, which runs no other SQL. For what may be too much to hold at once.
    func each(_ sql: String, _ arguments: [StoreValue], _ body: (StoreRow) throws -> Void) throws

    /// Runs statements without arguments, separated by semicolons.
    func script(_ sql: String) throws
}

extension StoreSession {
    @discardableResult
    func execute(_ sql: String) throws -> Int { try execute(sql, []) }

    func rows(_ sql: String, _ arguments: [StoreValue] = []) throws -> [StoreRow] {
        var rows: [StoreRow] = []
        try each(sql, arguments) { rows.append($0) }
        return rows
    }

    /// The first row.
    func row(_ sql: String, _ arguments: [StoreValue] = []) throws -> StoreRow? {
        try rows(sql, arguments).first
    }

    /// True when a query gives any row: `exists("SELECT 1 FROM … WHERE … LIMIT 1", …)`.
    func exists(_ sql: String, _ arguments: [StoreValue] = []) throws -> Bool {
        try row(sql, arguments) != nil
    }
}

/// A session that can begin and end transactions: the one connection of an engine that writes.
protocol StoreLink: StoreSession {
    /// Begins a transaction that holds the store's write lock from now to its end, in whatever process.
    func begin() throws
    /// Durable when it returns. `witness` is the last audit entry that the transaction wrote, by which a link that lost
    /// its server meanwhile finds out what became of the transaction.
    func commit(witness: StoredAuditEntry?) throws
    /// Leaves the transaction, if there is one. The link can begin again after it, whatever happened.
    func rollback()
    /// True when nothing of the transaction was kept and another attempt may go well: the connection was lost, or the
    /// database chose this transaction to give way.
    func mayTryAgain(after error: any Error) -> Bool
}
