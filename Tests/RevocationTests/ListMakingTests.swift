import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import Testing

@testable import SymbolonRevocation

@Suite("RFC 5280 §5.1: a list that is made reads back as what it was to say")
struct ListMaking {
    private let chain = TestPKI.goodChain()

    private func template(number: Int64 = 7, base: Int64? = nil) -> ListTemplate {
        ListTemplate(
            signatureAlgorithm: chain.issuing.key.signatureAlgorithm, issuer: chain.issuing.subject,
            authorityKeyIdentifier: chain.issuing.key.publicKey.keyIdentifier, thisUpdate: noon - 1 * .hour,
            nextUpdate: noon + 1 * .hour, number: ListNumber(number), baseNumber: base.map { ListNumber($0) })
    }

    private func list(_ template: ListTemplate, _ entries: RevokedCertificates) throws -> CertificateList {
        let tbs = template.derBytes(listing: entries)
        return try .assemble(
            tbs: tbs, algorithm: template.signatureAlgorithm, signature: try chain.issuing.key.sign(tbs))
    }

    private func serial(_ octets: UInt8...) throws -> SerialNumber { try SerialNumber(magnitude: octets) }

    @Test("every entry is found with its reason and date, and nothing else is")
    func entries() throws {
        var entries = RevokedCertificates(expecting: 2)
        let reasons = RevocationReason.allCases
        for (index, reason) in reasons.enumerated() {
            entries.append(
                try serial(0x40, UInt8(index)), Revocation(reason, since: noon - TimeInterval(index)),
                invalidSince: index.isMultiple(of: 2) ? noon - 3 * .hour : nil)
        }
        let made = try list(template(), entries)
        #expect(made.defect == nil)
        #expect(made.count == reasons.count)
        #expect(made.number == ListNumber(7))
        #expect(made.baseNumber == nil)
        #expect(made.thisUpdate == noon - 1 * .hour)
        #expect(made.nextUpdate == noon + 1 * .hour)
        #expect(made.authorityKeyIdentifier == chain.issuing.key.publicKey.keyIdentifier)
        #expect(made.isSigned(by: chain.issuing.key.publicKey))
        for (index, reason) in reasons.enumerated() {
            #expect(
                made.revocation(of: try serial(0x40, UInt8(index)), from: chain.issuing.subject)
                    == Revocation(reason, since: noon - TimeInterval(index)))
        }
        #expect(made.revocation(of: try serial(0x41), from: chain.issuing.subject) == nil)
    }

    @Test("the same list by the tests' own writer is the same, octet for octet")
    func sameOctets() throws {
        var spec = ListSpec(chain.issuing)
        spec.number = [7]
        spec.entries = [ListSpec.Entry([0x0A], code: 1), ListSpec.Entry([0x0B]), ListSpec.Entry([0x00, 0xFF, 1])]
        var entries = RevokedCertificates(expecting: 0)
        entries.append(try serial(0x0A), Revocation(.keyCompromise, since: noon - 2 * .hour))
        entries.append(try serial(0x0B), Revocation(.unspecified, since: noon - 2 * .hour))
        entries.append(try serial(0xFF, 1), Revocation(.unspecified, since: noon - 2 * .hour))
        let (made, other) = (try list(template(), entries), try spec.list())
        #expect(made.der[made.parsed.tbs] == other.der[other.parsed.tbs])
    }

    @Test("§5.1.2.6: a list of nobody has no revokedCertificates")
    func nobody() throws {
        let made = try list(template(), RevokedCertificates(expecting: 0))
        #expect(made.count == 0)
        #expect(made.defect == nil)
        let spec = try ListSpec(chain.issuing).list()
        #expect(made.der[made.parsed.tbs].count == spec.der[spec.parsed.tbs].count)
    }

    @Test("§5.2.4: a delta names its base, and takes entries back")
    func delta() throws {
        var entries = RevokedCertificates(expecting: 1)
        entries.append(released: try serial(0x0A), at: noon - 2 * .hour)
        let made = try list(template(number: 9, base: 7), entries)
        #expect(made.defect == nil)
        #expect(made.baseNumber == ListNumber(7))
        #expect(made.count == 1)
        #expect(made.revocation(of: try serial(0x0A), from: chain.issuing.subject) == nil)
        // The honest twin: in a complete list nothing is taken back.
        #expect(try list(template(), entries).defect == .removalInCompleteList)
    }

    @Test("§5.2.5: a shard names its addresses, critical; §5.2.6: where deltas are, and never in a delta")
    func scope() throws {
        var one = template()
        one.addresses = ["http://pki.example/crl/1.crl", "http://old.example/crl/1.crl"]
        one.deltaAddresses = ["http://pki.example/crl/1-delta.crl"]
        let made = try list(one, RevokedCertificates(expecting: 0))
        #expect(made.defect == nil)
        #expect(made.parsed.scope?.name == .full(one.addresses.map { .uri($0) }))
        let freshest = Extension.distributionPoints(.freshestCRL, one.deltaAddresses)
        func hasFreshest(_ list: CertificateList) -> Bool {
            let wanted = DERWriter.extension(freshest)
            return list.der.indices.contains { list.der[$0...].starts(with: wanted) }
        }
        #expect(hasFreshest(made))
        one.baseNumber = ListNumber(3)
        #expect(!hasFreshest(try list(one, RevokedCertificates(expecting: 0))))
    }

    @Test(
        "§5.2.3: numbers are positive INTEGERs of the fewest octets",
        arguments: [
            (0, "0x0"), (1, "0x1"), (127, "0x7f"), (128, "0x80"), (255, "0xff"), (256, "0x100"),
            (1_780_315_200, "0x6a1d7440"), (Int64.max, "0x7fffffffffffffff"),
        ] as [(Int64, String)])
    func numbers(_ number: Int64, _ text: String) throws {
        let made = try list(template(number: number), RevokedCertificates(expecting: 0))
        #expect(made.number?.description == text)
        #expect(made.number == ListNumber(number))
    }

    @Test("§5.1.2.5: years to 2049 are UTCTime and later ones GeneralizedTime; invalidity dates always the latter")
    func times() throws {
        let late = Date(timeIntervalSince1970: 2_524_608_000)
        var entries = RevokedCertificates(expecting: 2)
        entries.append(try serial(0x0A), Revocation(.superseded, since: late - 1), invalidSince: noon)
        entries.append(try serial(0x0B), Revocation(.superseded, since: late))
        let made = try list(template(), entries)
        #expect(made.revocation(of: try serial(0x0A), from: chain.issuing.subject)?.since == late - 1)
        #expect(made.revocation(of: try serial(0x0B), from: chain.issuing.subject)?.since == late)
        func contains(_ text: String) -> Bool { made.der.indices.contains { made.der[$0...].starts(with: text.utf8) } }
        #expect(contains("\u{17}\u{0D}491231235959Z"))
        #expect(contains("\u{18}\u{0F}20500101000000Z"))
        #expect(contains("\u{18}\u{0F}20260601120000Z"))
    }

    @Test("long lists: every length is in the fewest octets", arguments: [1, 2, 3, 7, 300, 2_000])
    func lengths(_ count: Int) throws {
        var entries = RevokedCertificates(expecting: 0)
        for index in 0..<count {
            let octets = [0x40, UInt8(index >> 8), UInt8(index & 0xFF)]
            entries.append(try SerialNumber(magnitude: octets), Revocation(.superseded, since: noon))
        }
        #expect(try list(template(), entries).count == count)
    }
}
