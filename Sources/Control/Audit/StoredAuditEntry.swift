/// An entry as a store gives it back: columns that anyone with the file may have edited. Nothing in it is checked.
public struct StoredAuditEntry: Equatable, Sendable {
    public var sequence: Int64
    public var previous: [UInt8]
    /// The event's canonical bytes.
    public var event: [UInt8]
    public var hash: [UInt8]

    public init(sequence: Int64, previous: [UInt8], event: [UInt8], hash: [UInt8]) {
        self.sequence = sequence
        self.previous = previous
        self.event = event
        self.hash = hash
    }

    /// What the hash column must hold for the other three columns.
    var recomputedHash: [UInt8] {
        AuditEntry.hash(previous: previous, sequence: sequence, event: event)
    }
}
