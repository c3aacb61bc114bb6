/// What one transaction adds to the record: entries, each chained to the one before, and one signed head for all of them.
///
/// A store begins it with the end of the record as its transaction sees it, writes each entry that `append` gives, and
/// last, before it commits, the head. It is a value: a store that undoes part of a transaction goes on from a copy that
/// was kept before that part.
public struct AuditContinuation: Sendable {
    private var end: End

    private enum End: Sendable {
        /// As it was found; nothing was added.
        case stored(last: StoredAuditEntry?, head: AuditHead?)
        /// Added here, and not signed for yet.
        case added(last: StoredAuditEntry, by: AuditSealer)
    }

    /// - Parameters:
    ///   - last: the stored entry with the highest sequence; `nil` only for an empty record.
    ///   - head: the stored head; `nil` only for an empty record.
    public init(after last: StoredAuditEntry?, head: AuditHead?) {
        end = .stored(last: last, head: head)
    }

    /// The next entry, to be written.
    ///
    /// The stored end must be the one that the same key signed. Otherwise a record that was cut or edited would be made
    /// good again by the next honest entry.
    public mutating func append(_ audit: AuditAppend) throws(AuditFailure) -> StoredAuditEntry {
        let entry = try audit.sealer.entry(audit.event, after: try checkedEnd(for: audit.sealer))
        end = .added(last: entry, by: audit.sealer)
        return entry
    }

    /// The head that signs for all that was added; `nil` when nothing was.
    public func head() throws(AuditFailure) -> AuditHead? {
        switch end {
        case .stored: nil
        case .added(let last, let sealer): try sealer.sign(last)
        }
    }

    /// The last entry that was added here.
    public var added: StoredAuditEntry? {
        if case .added(let last, _) = end { last } else { nil }
    }

    private func checkedEnd(for sealer: AuditSealer) throws(AuditFailure) -> StoredAuditEntry? {
        switch end {
        case .stored(let last, let head):
            try sealer.check(last, head)
            return last
        case .added(let last, let other):
            guard sealer.hasKey(of: other) else { throw .headNotSigned(count: last.sequence) }
            return last
        }
    }
}
