import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import Testing

@testable import SymbolonRevocation

@Suite("A filter's bytes: one spelling, and every size looked at before it is used")
struct FilterParsing {
    private let maker = FilterMaker()

    private func good() throws -> RevocationFilter {
        try maker.complete(7, of: FilterMaker.issued(0..<300) { $0.isMultiple(of: 9) })
    }

    @Test("what was written is read")
    func roundTrip() throws {
        let filter = try good()
        let again = try RevocationFilter(der: filter.der)
        #expect(again.parsed.segment == filter.parsed.segment)
        #expect(again.issuerKey == maker.key.publicKey.fingerprint)
        #expect(again.number == ListNumber(7))
        #expect(again.baseNumber == nil)
        #expect(
            [again.thisUpdate, again.nextUpdate, again.covers] == [maker.thisUpdate, maker.nextUpdate, maker.covers])
        #expect(again.isSigned(by: maker.key.publicKey))
        #expect(!again.isSigned(by: TestKeys.key("another").publicKey))
        let update = try maker.update(
            8, to: filter, covered: FilterMaker.issued(0..<300) { $0.isMultiple(of: 8) }, since: IssuedCertificates())
        #expect(try RevocationFilter(der: update.der).parsed.changes == update.parsed.changes)
        #expect(update.baseNumber == ListNumber(7))
    }

    @Test("every octet that is changed is noticed, by the parser or by the signature")
    func altered() throws {
        let filter = try good()
        for index in filter.der.indices {
            var der = filter.der
            der[index] ^= 0x01
            guard let altered = try? RevocationFilter(der: der) else { continue }
            #expect(!altered.isSigned(by: maker.key.publicKey), "octet \(index)")
        }
    }

    @Test("cut short anywhere, or followed by anything, it is refused")
    func truncated() throws {
        let filter = try good()
        for count in 0..<filter.der.count {
            #expect(throws: FilterFailure.self) { try RevocationFilter(der: filter.der.prefix(count)) }
        }
        #expect(throws: FilterFailure.self) { try RevocationFilter(der: filter.der + [0]) }
    }

    /// The signed part with one field in another's place.
    private func parse(
        format: String = ParsedFilter.format, bits: Int64 = 1, seed: Int = 16, octets: Int = 32, covers: Date? = nil,
        changes: [UInt8] = []
    ) throws(FilterFailure) {
        let algorithm = maker.key.signatureAlgorithm
        func octetString(_ count: Int) -> [UInt8] {
            DERWriter.element(.octetString, [UInt8](repeating: 5, count: count))
        }
        func ribbon(_ seed: Int, _ bits: Int64, _ octets: Int) -> [UInt8] {
            DERWriter.sequence(octetString(seed), ListNumber(bits).derBytes, octetString(octets))
        }
        var tbs = DERWriter.element(.utf8String, Array(format.utf8)) + algorithm.identifier
        tbs += octetString(32) + ListNumber(3).derBytes
        for moment in [maker.thisUpdate, maker.nextUpdate, covers ?? maker.covers] {
            CertificateTime(moment).append(to: &tbs)
        }
        tbs += DERWriter.sequence(ribbon(0, 0, 0), ribbon(seed, bits, octets)) + changes
        DERWriter.enclose(&tbs, in: .sequence)
        _ = try RevocationFilter.assemble(tbs: tbs, algorithm: algorithm, signature: [1])
    }

    private func changes(base: Int64 = 2, width: Int64 = 8, revoked: [UInt8], good: [UInt8], count: Int64 = 1)
        -> [UInt8]
    {
        let seed = DERWriter.element(.octetString, [UInt8](repeating: 1, count: 16))
        func numbers(_ octets: [UInt8], _ count: Int64) -> [UInt8] {
            DERWriter.sequence(ListNumber(count).derBytes, DERWriter.element(.octetString, octets))
        }
        return DERWriter.element(
            .context(0, isConstructed: true),
            ListNumber(base).derBytes + seed + ListNumber(width).derBytes + numbers(revoked, count)
                + numbers(good, good.isEmpty ? 0 : 1))
    }

    @Test("sizes that do not fit each other are refused, each by its name")
    func sizes() throws {
        try parse()
        try parse(octets: 16)
        #expect(throws: FilterFailure.unknownFormat("another")) { try parse(format: "another") }
        #expect(throws: FilterFailure.ribbonMalformed) { try parse(bits: 2) }
        #expect(throws: FilterFailure.ribbonMalformed) { try parse(bits: 0) }
        #expect(throws: FilterFailure.ribbonMalformed) { try parse(seed: 15) }
        #expect(throws: FilterFailure.ribbonMalformed) { try parse(octets: 33) }
        #expect(throws: FilterFailure.ribbonMalformed) { try parse(octets: 8) }
        #expect(throws: FilterFailure.ribbonMalformed) { try parse(octets: 0) }
        #expect(throws: FilterFailure.timesOutOfOrder) { try parse(covers: maker.thisUpdate + 1) }
    }

    @Test("changes that contradict themselves or their base are refused")
    func contradictions() throws {
        let (one, other) = (RiceCoding.encode([5], width: 8), RiceCoding.encode([6], width: 8))
        try parse(changes: changes(revoked: one, good: other))
        #expect(throws: FilterFailure.changesMalformed) { try parse(changes: changes(revoked: one, good: one)) }
        #expect(throws: FilterFailure.changesMalformed) {
            try parse(changes: changes(width: 0, revoked: one, good: []))
        }
        #expect(throws: FilterFailure.changesMalformed) {
            try parse(changes: changes(width: 65, revoked: one, good: []))
        }
        #expect(throws: FilterFailure.changesMalformed) {
            try parse(changes: changes(revoked: one, good: [], count: 1 << 30))
        }
        #expect(throws: FilterFailure.baseNotOlder) { try parse(changes: changes(base: 3, revoked: one, good: other)) }
    }
}
