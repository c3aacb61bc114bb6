/// An event together with what seals it, for a store to write in the transaction that makes the event true.
public struct AuditAppend: Sendable {
    public let event: AuditEvent
    private let sealer: AuditSealer

    public init(_ event: AuditEvent, sealedBy sealer: AuditSealer) {
        self.event = event
        self.sealer = sealer
    }

    /// To be called inside the write transaction, with the end of the record as that transaction sees it.
    public func seal(
        after last: StoredAuditEntry?, head: AuditHead?
    ) throws(AuditFailure) -> SealedAuditEntry {
        try sealer.seal(event, after: last, head: head)
    }
}
