/// What reading the whole record found.
public enum AuditVerdict: Equatable, Sendable {
    /// Nothing was changed since each entry was written. `hash` is that of the last entry.
    case intact(count: Int64, hash: [UInt8])
    /// The first sequence number that cannot be relied on, and what is wrong there.
    case broken(at: Int64, how: AuditBreak)
}

/// One way for a record to be other than it was written.
public enum AuditBreak: String, Equatable, Sendable, CaseIterable {
    /// The entry's columns do not fit its hash, its neighbours, or the signed head.
    case edited
    /// The entry is not there and later ones are.
    case removed
    /// The entry comes later than it should.
    case reordered
    /// The entry comes again.
    case duplicated
    /// There are entries and no signed head.
    case headMissing
    /// The head is not signed by the audit key.
    case headSignature
    /// The signed or the noted head counts entries that are no longer there.
    case cutTail
    /// There are entries after the last one that the head signs for.
    case unsignedTail

    public var explanation: String {
        switch self {
        case .edited: "the entry is not the one that was written"
        case .removed: "the entry is missing"
        case .reordered: "the entry is not in its place"
        case .duplicated: "the entry is there twice"
        case .headMissing: "the record has no signed head"
        case .headSignature: "the head is not signed by the audit key"
        case .cutTail: "the end of the record is missing from here on"
        case .unsignedTail: "the entries from here on are not covered by the signed head"
        }
    }
}
