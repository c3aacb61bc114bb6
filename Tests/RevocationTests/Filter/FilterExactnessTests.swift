import Foundation
import SymbolonCertificates
import SymbolonTestSupport
import Testing

@testable import SymbolonRevocation

@Suite("A filter is exact for every certificate that it covers")
struct FilterExactness {
    @Test("complete: none wrong, whatever part is revoked", arguments: [0, 1, 13, 200, 2_000, 5_000, 10_000, 20_000])
    func complete(_ revoked: Int) throws {
        // Spread over the numbers, so that neighbours differ.
        func isRevoked(_ number: Int) -> Bool { number * 7_919 % 20_000 < revoked }
        let filter = try FilterMaker().complete(of: FilterMaker.issued(0..<20_000, revoked: isRevoked))
        var found = 0
        for number in 0..<20_000 {
            let said = filter.parsed.segment.isRevoked(try FilterMaker.serial(number).contents[...])
            try #require(said == isRevoked(number), "certificate \(number)")
            found += said ? 1 : 0
        }
        #expect(found == revoked)
    }

    @Test("no certificates at all, and one")
    func smallest() throws {
        _ = try FilterMaker().complete(of: IssuedCertificates())
        let one = try FilterMaker().complete(of: FilterMaker.issued([5]) { _ in true })
        #expect(one.parsed.segment.isRevoked(try FilterMaker.serial(5).contents[...]))
    }

    @Test("brought up to date: what was revoked since, released since and issued since, none wrong")
    func update() throws {
        func wasRevoked(_ number: Int) -> Bool { number.isMultiple(of: 50) }
        func isRevoked(_ number: Int) -> Bool {
            // A few of those on hold are released, and a few more revoked.
            if number % 1_000 == 50 { return false }
            return wasRevoked(number) || number % 331 == 7
        }
        let maker = FilterMaker()
        let base = try maker.complete(1, of: FilterMaker.issued(0..<10_000, revoked: wasRevoked))
        let update = try maker.update(
            2, to: base, covered: FilterMaker.issued(0..<10_000, revoked: isRevoked),
            since: FilterMaker.issued(10_000..<12_000, revoked: isRevoked))
        let changes = try #require(update.parsed.changes?.changes)
        for number in 0..<10_000 {
            let contents = try FilterMaker.serial(number).contents[...]
            let said = changes.isRevoked(contents) ?? base.parsed.segment.isRevoked(contents)
            try #require(said == isRevoked(number), "certificate \(number)")
        }
        for number in 10_000..<12_000 {
            let said = update.parsed.segment.isRevoked(try FilterMaker.serial(number).contents[...])
            try #require(said == isRevoked(number), "certificate \(number)")
        }
        #expect(changes.revoked.count == 30)
        #expect(changes.good.count == 10)
        // 40 changes of 10,000 at log2(10,000 · 40) bits or so, and the new ones: a tenth of the whole.
        #expect(update.der.count < 700)
    }

    @Test("its size is near the least that any encoding needs", arguments: [(100_000, 4_000), (60_000, 15_000)])
    func size(_ issued: Int, _ revoked: Int) throws {
        let filter = try FilterMaker().complete(
            of: FilterMaker.issued(0..<issued) { $0 * 7_919 % issued < revoked })
        let share = Double(revoked) / Double(issued)
        let least = -(share * log2(share) + (1 - share) * log2(1 - share)) * Double(issued)
        #expect(Double(filter.der.count * 8) < least * 1.3)
    }
}

@Suite("Ascending numbers by their gaps")
struct RiceCodes {
    @Test("read as they were written", arguments: [1, 7, 20, 63, 64])
    func roundTrip(_ width: Int) throws {
        var random = SeededRandom(seed: UInt64(width))
        let most: UInt64 = width == 64 ? .max : 1 << UInt64(width) - 1
        for count in [0, 1, 2, 3, 100] {
            var numbers = Set<UInt64>()
            while numbers.count < min(count, width == 1 ? 2 : 100) {
                numbers.insert(.random(in: 0...most, using: &random))
            }
            let sorted = numbers.sorted()
            let octets = RiceCoding.encode(sorted, width: width)
            #expect(RiceCoding.decode(octets[...], count: sorted.count, width: width) == sorted)
        }
        #expect(
            RiceCoding.decode(RiceCoding.encode([0, most], width: width)[...], count: 2, width: width) == [0, most])
    }

    @Test("refused: too few octets, too many, bits at the end, a number that does not fit")
    func refused() {
        let octets = RiceCoding.encode([3, 9, 200], width: 8)
        #expect(RiceCoding.decode(octets[...], count: 3, width: 8) == [3, 9, 200])
        #expect(RiceCoding.decode(octets.dropLast(), count: 3, width: 8) == nil)
        #expect(RiceCoding.decode((octets + [0])[...], count: 3, width: 8) == nil)
        #expect(RiceCoding.decode(octets[...], count: 2, width: 8) == nil)
        #expect(RiceCoding.decode([0xFF, 0xFF, 0xFF], count: 1, width: 8) == nil)
        #expect(RiceCoding.decode([], count: 1_000_000_000, width: 8) == nil)
        let last = RiceCoding.encode([254, 255], width: 8)
        #expect(RiceCoding.decode(last[...], count: 2, width: 8) == [254, 255])
        #expect(RiceCoding.decode(last[...], count: 2, width: 7) == nil)
    }
}
