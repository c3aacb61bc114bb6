public import SymbolonKeys

/// Why an entry could not be read, or the record could not be continued.
public enum AuditFailure: Error, Equatable, Sendable {
    case unreadable(UnreadableEvent)
    case hashDiffers(sequence: Int64)
    case headMissing(after: Int64)
    case headNotSigned(count: Int64)
    case endDoesNotFit(sequence: Int64)
    case keyIsNotEd25519
    /// A text that is not a noted head.
    case notAHead
    case signing(KeyFailure)

    /// What about the bytes of an event is not the canonical form.
    public enum UnreadableEvent: Equatable, Sendable {
        case version, truncated, notUTF8, notCanonical
        case kind(String)
    }

    public var explanation: String {
        switch self {
        case .unreadable(.version): "the event has a version that this program does not know"
        case .unreadable(.truncated): "the event ends before its last field"
        case .unreadable(.notUTF8): "the event holds text that is not UTF-8"
        case .unreadable(.notCanonical): "the event is not in its canonical form"
        case .unreadable(.kind(let kind)):
            "the event is of a kind that this program does not know: \(kind.debugDescription)"
        case .hashDiffers(let sequence): "audit entry \(sequence) does not match its own hash"
        case .headMissing(let sequence): "the audit record has entries up to \(sequence) but no signed head"
        case .headNotSigned(let count): "the audit head (\(count) entries) is not signed by the audit key"
        case .endDoesNotFit(let sequence):
            "the end of the audit record (entry \(sequence)) is not the one its signed head names"
        case .keyIsNotEd25519: "the audit key is not an Ed25519 key"
        case .notAHead: "a head is COUNT:HASH:SIGNATURE, on one line"
        case .signing(let failure): "the audit key could not sign: \(failure)"
        }
    }
}
