import SymbolonKeys
import Testing

@testable import SymbolonAudit

@Suite("A record that was touched is found out, at the first touched entry")
struct EditedRecordTests {
    @Test("an honest record is intact, and so is an empty one", arguments: [0, 1, 2, 50])
    func intact(_ count: Int) throws {
        let record = try Record(count)
        let last = record.entries.last?.hash ?? [UInt8](repeating: 0, count: 32)
        #expect(record.verdict() == .intact(count: Int64(count), hash: last))
    }

    struct Edit: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let verdict: AuditVerdict
        let spoil: @Sendable (inout Record) throws -> Void

        init(
            _ name: String, at sequence: Int64, _ how: AuditBreak,
            spoil: @escaping @Sendable (inout Record) throws -> Void
        ) {
            testDescription = name
            verdict = .broken(at: sequence, how: how)
            self.spoil = spoil
        }
    }

    static let edits = [
        Edit("an event edited", at: 4, .edited) { $0.entries[3].event = Record.event(99).canonicalBytes },
        Edit("an event edited and its hash made to fit", at: 4, .edited) {
            $0.entries[3].event = Record.event(99).canonicalBytes
            try $0.rehash(3)
        },
        Edit("the last event edited and its hash made to fit", at: 9, .edited) {
            $0.entries[8].event = Record.event(99).canonicalBytes
            try $0.rehash(8)
        },
        Edit("a link edited and the hash made to fit", at: 4, .edited) {
            $0.entries[3].previous[0] ^= 1
            try $0.rehash(3)
        },
        Edit("the last link edited and the hash made to fit", at: 9, .edited) {
            $0.entries[8].previous[0] ^= 1
            try $0.rehash(8)
        },
        Edit("the first link edited and the hash made to fit", at: 1, .edited) {
            $0.entries[0].previous[0] ^= 1
            try $0.rehash(0)
        },
        Edit("an event that is no event, with a hash that fits", at: 4, .edited) {
            $0.entries[3].event = [7]
            try $0.rehash(3)
        },
        Edit("everything from the fourth on rewritten", at: 9, .edited) {
            $0.entries[3].event = Record.event(99).canonicalBytes
            try $0.rehash(3)
            for index in 4..<9 {
                $0.entries[index].previous = $0.entries[index - 1].hash
                try $0.rehash(index)
            }
        },
        Edit("a sequence of zero", at: 1, .edited) {
            $0.entries[0].sequence = 0
            try $0.rehash(0)
        },
        Edit("an entry removed", at: 4, .removed) { $0.entries.remove(at: 3) },
        Edit("the first entry removed", at: 1, .removed) { $0.entries.removeFirst() },
        Edit("an entry removed and the later ones renumbered", at: 4, .edited) {
            $0.entries.remove(at: 3)
            for index in 3..<8 { $0.entries[index].sequence -= 1 }
        },
        Edit("two entries changed about", at: 4, .reordered) { $0.entries.swapAt(3, 6) },
        Edit("an entry again", at: 4, .duplicated) { $0.entries.insert($0.entries[3], at: 4) },
        Edit("an entry again at the end", at: 4, .duplicated) { $0.entries.append($0.entries[3]) },
        Edit("the end cut off", at: 8, .cutTail) { $0.entries.removeLast(2) },
        Edit("everything removed but the head", at: 1, .cutTail) { $0.entries = [] },
        Edit("the head removed", at: 1, .headMissing) { $0.head = nil },
        Edit("the end cut off, and the head made to fit", at: 1, .headSignature) {
            $0.entries.removeLast(2)
            $0.head = AuditHead(count: 7, hash: $0.entries[6].hash, signature: $0.head?.signature ?? [])
        },
        Edit("an older head put back", at: 8, .unsignedTail) {
            var shorter = $0
            shorter.entries = []
            shorter.head = nil
            for number in 0..<7 { try shorter.append(Record.event(number)) }
            $0.head = shorter.head
        },
    ]

    @Test("A02: finds", arguments: edits)
    func found(_ edit: Edit) throws {
        var record = try Record(9)
        try edit.spoil(&record)
        #expect(record.verdict() == edit.verdict)
    }

    @Test("an entry of a later release's kind is no damage")
    func laterKind() throws {
        var record = try Record(1)
        var event = Record.event(1).canonicalBytes
        event.replaceSubrange(13..<31, with: "certificate.blesse".utf8)
        let hash = AuditEntry.hash(previous: record.entries[0].hash, sequence: 2, event: event)
        record.entries.append(
            StoredAuditEntry(sequence: 2, previous: record.entries[0].hash, event: event, hash: hash))
        let key = SigningKey.make(.ed25519)
        let head = AuditHead(
            count: 2, hash: hash, signature: try key.sign(AuditHead.signedBytes(count: 2, hash: hash)))
        #expect(
            AuditChain.verify(record.entries, head: head, key: key.publicKey) == .intact(count: 2, hash: hash))
    }

    @Test("a store put back to an earlier day is found by a head that was noted elsewhere")
    func noted() throws {
        var record = try Record(5)
        let earlier = record
        for number in 5..<8 { try record.append(Record.event(number)) }
        let noted = try #require(record.head)
        #expect(earlier.verdict() == .intact(count: 5, hash: earlier.entries[4].hash))
        #expect(earlier.verdict(noted: noted) == .broken(at: 6, how: .cutTail))
        #expect(record.verdict(noted: noted) == record.verdict())
        #expect(record.verdict(noted: earlier.head) == record.verdict())
    }

    @Test("a history that was lived twice is found by a head that was noted elsewhere")
    func forked() throws {
        let common = try Record(5)
        var one = common
        var other = common
        for number in 5..<8 {
            try one.append(Record.event(number))
            try other.append(Record.event(number + 100))
        }
        #expect(other.verdict(noted: one.head) == .broken(at: 8, how: .edited))
    }

    @Test("an emptied store is found by a head that was noted elsewhere, and a noted head must be signed too")
    func notedEdges() throws {
        var record = try Record(2)
        let noted = try #require(record.head)
        let forged = AuditHead(count: noted.count, hash: noted.hash, signature: [UInt8](repeating: 0, count: 64))
        #expect(record.verdict(noted: forged) == .broken(at: 1, how: .headSignature))
        record.entries = []
        record.head = nil
        #expect(record.verdict(noted: noted) == .broken(at: 1, how: .cutTail))
    }
}
