public import SymbolonKeys

/// Reads a record from its first entry to its signed head.
public enum AuditChain {
    /// Whether the record is the one that was written, and if not, where it first differs.
    /// - Parameters:
    ///   - entries: in the order they are kept.
    ///   - head: the head kept beside them.
    ///   - key: the audit key's public half, from a place that who edits the record cannot reach.
    ///   - noted: a head written down elsewhere at an earlier time; the record must still contain what it signed for.
    public static func verify(
        _ entries: some Sequence<StoredAuditEntry>, head: AuditHead?, key: PublicKey, noted: AuditHead? = nil
    ) -> AuditVerdict {
        var scan = AuditScan(head: head, key: key, noted: noted)
        for entry in entries { scan.read(entry) }
        return scan.verdict()
    }
}
