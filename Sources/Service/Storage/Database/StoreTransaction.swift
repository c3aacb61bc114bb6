import SymbolonAudit

/// A write transaction as the tables see it: their SQL, and the audit record that they add to.
///
/// The record's end is read once, when the first entry comes; its head is signed and written once, by `finish`, for all
/// entries together.
final class StoreTransaction: StoreSession {
    private let link: any StoreLink
    private(set) var audit: AuditContinuation?
    /// The head that `finish` wrote.
    private(set) var head: AuditHead?

    init(_ link: any StoreLink) {
        self.link = link
    }

    @discardableResult
    func execute(_ sql: String, _ arguments: [StoreValue]) throws -> Int { try link.execute(sql, arguments) }

    func each(_ sql: String, _ arguments: [StoreValue], _ body: (StoreRow) throws -> Void) throws {
        try link.each(sql, arguments, body)
    }

    func script(_ sql: String) throws { try link.script(sql) }

    /// Adds an entry to the record. The write lock is held, so no other can come between.
    func append(_ entry: AuditAppend) throws {
        var continuation = try audit ?? recordEnd()
        try AuditTable.insert(try continuation.append(entry), in: self)
        audit = continuation
    }

    private func recordEnd() throws -> AuditContinuation {
        let end = try AuditTable.end(in: self)
        return AuditContinuation(after: end.last, head: end.head)
    }

    /// Runs a part that can be undone by itself.
    func part(_ work: (StoreTransaction) throws -> Void) throws {
        let kept = audit
        try execute("SAVEPOINT part")
        do {
            try work(self)
        } catch {
            try execute("ROLLBACK TO SAVEPOINT part")
            try execute("RELEASE SAVEPOINT part")
            audit = kept
            throw error
        }
        try execute("RELEASE SAVEPOINT part")
    }

    /// Writes the head that signs for what was added, and commits.
    func finish() throws {
        head = try audit?.head()
        if let head { try AuditTable.replace(head, in: self) }
        try link.commit(witness: audit?.added)
    }
}
