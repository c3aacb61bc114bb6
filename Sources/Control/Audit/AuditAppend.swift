/// An event together with what seals it, for a store to write in the transaction that makes the event true
/// (`AuditContinuation`).
public struct AuditAppend: Sendable {
    public let event: AuditEvent
    let sealer: AuditSealer

    public init(_ event: AuditEvent, sealedBy sealer: AuditSealer) {
        self.event = event
        self.sealer = sealer
    }
}
