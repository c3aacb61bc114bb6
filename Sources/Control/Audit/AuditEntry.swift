import Crypto
import SymbolonKeys

/// An event in its place in the record: numbered, and bound by hash to everything before it.
public struct AuditEntry: Equatable, Sendable {
    /// 1 for the first entry, then one more each time.
    public let sequence: Int64
    /// The hash of the entry before; 32 zero octets for the first.
    public let previous: [UInt8]
    public let event: AuditEvent
    public let hash: [UInt8]

    init(sequence: Int64, previous: [UInt8], event: AuditEvent) {
        self.sequence = sequence
        self.previous = previous
        self.event = event
        hash = Self.hash(previous: previous, sequence: sequence, event: event.canonicalBytes)
    }

    /// Reads a stored entry and recomputes its hash; says nothing about its neighbours.
    public init(_ stored: StoredAuditEntry) throws(AuditFailure) {
        guard stored.hash == stored.recomputedHash else { throw .hashDiffers(sequence: stored.sequence) }
        self.init(
            sequence: stored.sequence, previous: stored.previous,
            event: try AuditEvent(canonicalBytes: stored.event))
    }

    public var stored: StoredAuditEntry {
        StoredAuditEntry(sequence: sequence, previous: previous, event: event.canonicalBytes, hash: hash)
    }

    public static let hashLength = 32
    static let beforeFirst = [UInt8](repeating: 0, count: hashLength)

    /// SHA-256 over: the tag as text, the previous hash as 32 octets, the sequence as unsigned 64 bits, the length of
    /// the event as unsigned 32 bits, the event. The tag keeps these hashes apart from every other use of SHA-256 here.
    static func hash(previous: [UInt8], sequence: Int64, event: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(event.count + 80)
        bytes.appendText("symbolon audit entry 1")
        bytes.append(contentsOf: previous)
        bytes.appendBigEndian(UInt64(bitPattern: sequence))
        bytes.appendBigEndian(UInt32(clamping: event.count))
        bytes.append(contentsOf: event)
        return Array(SHA256.hash(octets: bytes))
    }
}
