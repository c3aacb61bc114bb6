import SymbolonTestSupport
import Testing

@testable import SymbolonAudit

@Suite("A02: random edits")
struct RandomEditTests {
    @Test("A02: each of 10,000 random edits is found and its first bad entry named")
    func randomEdits() throws {
        let honest = try Record(40)
        let intact = honest.verdict()
        var random = SeededRandom(seed: 20_260_601)
        for round in 0..<10_000 {
            var record = honest
            let edit = Edit.allCases.randomElement(using: &random)!
            let expected = try edit.apply(to: &record, using: &random)
            let verdict = record.verdict()
            guard verdict == .broken(at: expected, how: verdict.how ?? .edited) else {
                Issue.record("round \(round): \(edit) at \(expected) gave \(verdict)")
                return
            }
        }
        #expect(honest.verdict() == intact)
    }

    private enum Edit: CaseIterable {
        case event, eventAndHash, hash, previous, sequence, remove, cut, duplicate, swap, renumber

        /// Spoils the record and returns the sequence of the first entry that is no longer what was written.
        func apply(to record: inout Record, using random: inout SeededRandom) throws -> Int64 {
            let index = Int.random(in: 0..<record.entries.count, using: &random)
            let sequence = Int64(index) + 1
            switch self {
            case .event:
                flip(&record.entries[index].event, using: &random)
            case .eventAndHash:
                record.entries[index].event = Record.event(1000 + index).canonicalBytes
                try record.rehash(index)
            case .hash:
                flip(&record.entries[index].hash, using: &random)
            case .previous:
                flip(&record.entries[index].previous, using: &random)
            case .sequence:
                record.entries[index].sequence ^= Int64(1) << Int64.random(in: 0..<64, using: &random)
            case .remove:
                record.entries.remove(at: index)
            case .cut:
                record.entries.removeSubrange(index...)
            case .duplicate:
                let place = Int.random(in: index...record.entries.count, using: &random)
                record.entries.insert(record.entries[index], at: place)
            case .swap:
                let other = (index + Int.random(in: 1..<record.entries.count, using: &random)) % record.entries.count
                record.entries.swapAt(index, other)
                return Int64(min(index, other)) + 1
            case .renumber:
                let other = (index + Int.random(in: 1..<record.entries.count, using: &random)) % record.entries.count
                record.entries.swapAt(index, other)
                record.entries[index].sequence = sequence
                record.entries[other].sequence = Int64(other) + 1
                return Int64(min(index, other)) + 1
            }
            return sequence
        }

        private func flip(_ bytes: inout [UInt8], using random: inout SeededRandom) {
            bytes[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
    }
}

extension AuditVerdict {
    fileprivate var how: AuditBreak? {
        if case .broken(_, let how) = self { how } else { nil }
    }
}
