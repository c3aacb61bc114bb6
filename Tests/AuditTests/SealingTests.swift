import SymbolonKeys
import Testing

@testable import SymbolonAudit

@Suite("The next entry is only added to the end that was signed")
struct SealingTests {
    @Test("entries are numbered from one, each bound to the one before, and the head signs for the last")
    func honest() throws {
        let record = try Record(3)
        #expect(record.entries.map(\.sequence) == [1, 2, 3])
        #expect(record.entries[0].previous == [UInt8](repeating: 0, count: 32))
        #expect(record.entries[2].previous == record.entries[1].hash)
        #expect(record.head?.count == 3)
        #expect(record.head?.hash == record.entries[2].hash)
        #expect(try record.entries.map { try AuditEntry($0).event } == (0..<3).map(Record.event))
    }

    @Test("a cut end is not sealed over")
    func cut() throws {
        var record = try Record(3)
        record.entries.removeLast()
        #expect(throws: AuditFailure.endDoesNotFit(sequence: 2)) { try record.append(Record.event(4)) }
    }

    @Test("an emptied record is not begun again under its old head")
    func emptied() throws {
        var record = try Record(3)
        record.entries = []
        #expect(throws: AuditFailure.endDoesNotFit(sequence: 3)) { try record.append(Record.event(4)) }
    }

    @Test("a record without its head is not continued")
    func headless() throws {
        var record = try Record(3)
        record.head = nil
        #expect(throws: AuditFailure.headMissing(after: 3)) { try record.append(Record.event(4)) }
    }

    @Test("a head by another key is not continued")
    func strangerHead() throws {
        var record = try Record(3)
        record.head = try Record(3).head
        #expect(throws: AuditFailure.headNotSigned(count: 3)) { try record.append(Record.event(4)) }
    }

    @Test("a head whose count was put back with the entries keeps no valid signature")
    func headEdited() throws {
        var record = try Record(3)
        record.entries.removeLast()
        let head = try #require(record.head)
        record.head = AuditHead(count: 2, hash: record.entries[1].hash, signature: head.signature)
        #expect(throws: AuditFailure.headNotSigned(count: 2)) { try record.append(Record.event(4)) }
    }

    @Test("an edited last entry is not continued")
    func edited() throws {
        var record = try Record(3)
        record.entries[2].event = Record.event(9).canonicalBytes
        #expect(throws: AuditFailure.hashDiffers(sequence: 3)) { try record.append(Record.event(4)) }
        try record.rehash(2)
        #expect(throws: AuditFailure.endDoesNotFit(sequence: 3)) { try record.append(Record.event(4)) }
    }

    @Test("when an entry was made is read only where it is as it was hashed, whoever sealed it")
    func time() throws {
        let record = try Record(3)
        let other = try AuditSealer(key: .make(.ed25519))
        for (entry, number) in zip(record.entries, 0..<3) {
            for sealer in [record.sealer, other] {
                #expect(try sealer.time(of: entry) == Record.event(number).at)
                var edited = entry
                edited.event = Record.event(9).canonicalBytes
                #expect(throws: AuditFailure.hashDiffers(sequence: entry.sequence)) { try sealer.time(of: edited) }
            }
        }
    }

    @Test("only an Ed25519 key seals", arguments: KeyAlgorithm.allCases)
    func keys(_ algorithm: KeyAlgorithm) throws {
        if algorithm == .ed25519 {
            _ = try AuditSealer(key: .make(algorithm))
        } else {
            #expect(throws: AuditFailure.keyIsNotEd25519) { try AuditSealer(key: .make(algorithm)) }
        }
    }

    @Test("a stored entry is only read when it fits its hash")
    func reading() throws {
        var stored = try Record(1).entries[0]
        stored.sequence = 2
        #expect(throws: AuditFailure.hashDiffers(sequence: 2)) { try AuditEntry(stored) }
    }
}
