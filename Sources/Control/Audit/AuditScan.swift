public import SymbolonKeys

/// `AuditChain.verify` for a record that is read page by page: `read` each entry in stored order, then ask the verdict.
/// Memory does not grow with the record.
public struct AuditScan: Sendable {
    private let head: AuditHead?
    private let key: PublicKey
    private let noted: AuditHead?
    private var expected: Int64 = 1
    private var lastHash = AuditEntry.beforeFirst
    private var hashAtHead: [UInt8]?
    private var hashAtNoted: [UInt8]?
    private var state = State.linked

    private enum State {
        case linked
        /// This entry does not name the one before it. Which of the two was edited shows in what comes next.
        case unlinked(sequence: Int64, hash: [UInt8])
        /// This sequence was passed over: removed, unless it still comes.
        case missing(Int64)
        case broken(at: Int64, AuditBreak)
    }

    public init(head: AuditHead?, key: PublicKey, noted: AuditHead? = nil) {
        self.head = head
        self.key = key
        self.noted = noted
    }

    public mutating func read(_ entry: StoredAuditEntry) {
        switch state {
        case .linked:
            state = link(entry)
        case .unlinked(let sequence, let hash):
            state = .broken(at: entry.previous == hash ? sequence - 1 : sequence, .edited)
        case .missing(let sequence):
            if entry.sequence == sequence { state = .broken(at: sequence, .reordered) }
        case .broken:
            break
        }
    }

    public consuming func verdict() -> AuditVerdict {
        switch state {
        case .broken(let sequence, let how):
            return .broken(at: sequence, how: how)
        case .missing(let sequence):
            return .broken(at: sequence, how: .removed)
        case .unlinked(let sequence, let hash):
            let lastIsSigned = head.map { $0.hash == hash && $0.isSigned(by: key) } ?? false
            return .broken(at: lastIsSigned ? sequence - 1 : sequence, how: .edited)
        case .linked:
            return verdictOnHeads()
        }
    }

    private mutating func link(_ entry: StoredAuditEntry) -> State {
        guard entry.hash == entry.recomputedHash, isReadable(entry), entry.sequence >= 1 else {
            return .broken(at: expected, .edited)
        }
        guard entry.sequence >= expected else { return .broken(at: entry.sequence, .duplicated) }
        guard entry.sequence == expected else { return .missing(expected) }
        guard entry.previous == lastHash else {
            return expected == 1
                ? .broken(at: 1, .edited) : .unlinked(sequence: entry.sequence, hash: entry.hash)
        }
        if head?.count == expected { hashAtHead = entry.hash }
        if noted?.count == expected { hashAtNoted = entry.hash }
        lastHash = entry.hash
        expected += 1
        return .linked
    }

    /// An event of a kind from a later release still counts as read: its hash is right, and only its meaning is
    /// unknown here.
    private func isReadable(_ entry: StoredAuditEntry) -> Bool {
        do {
            _ = try AuditEvent(canonicalBytes: entry.event)
            return true
        } catch .unreadable(.kind) {
            return true
        } catch {
            return false
        }
    }

    private func verdictOnHeads() -> AuditVerdict {
        let count = expected - 1
        guard let head else {
            if count > 0 { return .broken(at: 1, how: .headMissing) }
            return noted == nil ? .intact(count: 0, hash: lastHash) : .broken(at: 1, how: .cutTail)
        }
        if let verdict = verdict(on: head, found: hashAtHead, count: count) { return verdict }
        if let noted, let verdict = verdict(on: noted, found: hashAtNoted, count: count) { return verdict }
        guard head.count == count else { return .broken(at: head.count + 1, how: .unsignedTail) }
        return .intact(count: count, hash: lastHash)
    }

    private func verdict(on head: AuditHead, found: [UInt8]?, count: Int64) -> AuditVerdict? {
        guard head.isSigned(by: key) else { return .broken(at: 1, how: .headSignature) }
        guard head.count <= count else { return .broken(at: count + 1, how: .cutTail) }
        guard head.hash == found else { return .broken(at: head.count, how: .edited) }
        return nil
    }
}
