import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import Testing

@testable import SymbolonAuthority

@Suite("Serial numbers cannot be guessed and never come twice")
struct SerialNumberTests {
    /// 200,000 numbers put each bit's share of ones within 0.45 % of one half, four standard deviations, but for one
    /// run in about a hundred; the seed is fixed, so this run is always the same.
    @Test("C02: 200,000 numbers of 20 octets, positive, with 158 balanced bits, in no order")
    func entropy() throws {
        let count = 200_000
        var source = SerialNumberSource(random: SeededRandom(seed: 2))
        var ones = [Int](repeating: 0, count: 160)
        var seen = Set<SerialNumber>()
        var rises = 0
        var last: [UInt8] = []
        for _ in 0..<count {
            let serialNumber = try source.next()
            let octets = Array(serialNumber.magnitude)
            guard octets.count == 20, serialNumber.violation == nil else {
                Issue.record("\(serialNumber)")
                return
            }
            for (index, octet) in octets.enumerated() {
                for bit in 0..<8 where octet & (0x80 >> UInt8(bit)) != 0 { ones[index * 8 + bit] += 1 }
            }
            if last.lexicographicallyPrecedes(octets) { rises += 1 }
            last = octets
            seen.insert(serialNumber)
        }
        #expect(seen.count == count)
        #expect(ones[0] == 0)
        #expect(ones[1] == count)
        for bit in 2..<160 {
            let share = Double(ones[bit]) / Double(count)
            #expect(abs(share - 0.5) < 0.0045, "bit \(bit): \(share)")
        }
        #expect(abs(Double(rises) / Double(count) - 0.5) < 0.0045)
    }

    @Test("C02: at least 136 bits follow the generator, one for one, and none is used twice")
    func construction() throws {
        struct Fixed: RandomNumberGenerator, Sendable {
            var words: [UInt64]
            mutating func next() -> UInt64 { words.removeFirst() }
        }
        let zeros = Fixed(words: [0, 0, 0])
        var source = SerialNumberSource(random: zeros)
        let base = Array(try source.next().magnitude)
        #expect(base == [0x40] + [UInt8](repeating: 0, count: 19))
        var random = Set<Int>()
        for bit in 0..<192 {
            var words: [UInt64] = [0, 0, 0]
            words[bit / 64] = 1 << UInt64(bit % 64)
            source = SerialNumberSource(random: Fixed(words: words))
            let changed = zip(base, try source.next().magnitude).enumerated().filter { $1.0 != $1.1 }
            if let place = changed.first {
                #expect(changed.count == 1 && (place.element.0 ^ place.element.1).nonzeroBitCount == 1)
                random.insert(place.offset * 256 + Int(place.element.0 ^ place.element.1))
            }
        }
        #expect(random.count == 158)
    }

    @Test("C01: 64 tasks at once get different serial numbers, and each certificate is whole")
    func concurrent() async throws {
        let house = try await House()
        let authority = house.authority
        let issued = try await withThrowingTaskGroup(of: [IssuedCertificate].self) { group in
            for task in 0..<64 {
                group.addTask {
                    var issued: [IssuedCertificate] = []
                    for number in 0..<8 {
                        issued.append(try await authority.issue(.example(name: "task-\(task)-\(number)")))
                    }
                    return issued
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(issued.count == 512)
        #expect(Set(issued.map(\.serialNumber)).count == 512)
        #expect(issued.allSatisfy { $0.certificate.isSigned(by: house.creation.issuingKey.publicKey) })
        let contents = house.store.snapshot
        #expect(contents.records.values.allSatisfy { $0.state.name == .issued })
        #expect(house.verdict() == .intact(count: 1025, hash: contents.audit.last?.hash ?? []))
    }

    @Test("C01: a generator that repeats itself gives a refusal, not a second certificate of one number")
    func repeating() async throws {
        struct Stuck: RandomNumberGenerator, Sendable {
            func next() -> UInt64 { 0x0123_4567_89AB_CDEF }
        }
        let house = try await House(random: Stuck())
        let first = try await house.authority.issue(.example())
        await #expect(throws: IssuanceFailure.store(.serialTaken(first.serialNumber))) {
            try await house.authority.issue(.example())
        }
        #expect(house.store.snapshot.records.count == 1)
        #expect(house.store.snapshot.records[first.serialNumber]?.state.name == .issued)
    }
}
