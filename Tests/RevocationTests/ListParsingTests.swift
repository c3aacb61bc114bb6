import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonWire
import Testing

@Suite("RFC 5280 §5.1: a list is read as it stands")
struct ListParsing {
    private let issuing = TestPKI.goodChain().issuing

    @Test("every field of a good list is read, and each entry is found by its serial number")
    func fields() throws {
        var spec = ListSpec(issuing)
        spec.entries = [
            ListSpec.Entry([0x0A], code: 1), ListSpec.Entry([0x0B]), ListSpec.Entry([0x00, 0xFF, 0x01], code: 6),
        ]
        spec.number = [0x01, 0x00]
        let list = try spec.list()
        #expect(list.issuer == issuing.subject)
        #expect(list.thisUpdate == noon - 1 * .hour)
        #expect(list.nextUpdate == noon + 1 * .hour)
        #expect(list.number?.description == "0x100")
        #expect(list.baseNumber == nil)
        #expect(list.count == 3)
        #expect(list.defect == nil)
        #expect(try CertificateList(der: list.der).number == list.number)
        func revocation(_ serial: [UInt8]) throws -> Revocation? {
            list.revocation(of: try SerialNumber(magnitude: serial), from: issuing.subject)
        }
        #expect(try revocation([0x0A]) == Revocation(.keyCompromise, since: noon - 2 * .hour))
        #expect(try revocation([0x0B]) == Revocation(.unspecified, since: noon - 2 * .hour))
        #expect(try revocation([0xFF, 0x01]) == Revocation(.certificateHold, since: noon - 2 * .hour))
        #expect(try revocation([0x0C]) == nil)
    }

    @Test("a list with nobody on it has no entries, and a text may hold several lists")
    func empty() throws {
        let one = try ListSpec(issuing).list()
        #expect(one.count == 0)
        #expect(one.isSigned(by: issuing.key.publicKey))
        #expect(!one.isSigned(by: TestKeys.key("another").publicKey))
        let pem =
            "-----BEGIN X509 CRL-----\n"
            + Data(one.der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
            + "\n-----END X509 CRL-----\n"
        #expect(try CertificateList.parse(pem: pem + pem).map(\.der) == [one.der, one.der])
        #expect(throws: ListFailure.unexpectedLabel("X509 XXX")) {
            try CertificateList.parse(pem: pem.replacingOccurrences(of: "CRL", with: "XXX"))
        }
    }

    @Test("a file holds one list in DER, or PEM of several; one that holds none is refused")
    func files() throws {
        let one = try ListSpec(issuing).list()
        let pem = Array(PEM.render(label: "X509 CRL", one.der).utf8)
        #expect(try CertificateList.parse(one.der).map(\.der) == [one.der])
        #expect(try CertificateList.parse(pem + pem).map(\.der) == [one.der, one.der])
        #expect(throws: ListFailure.noList) { try CertificateList.parse(Array("nothing here\n".utf8)) }
        #expect(throws: ListFailure.noList) { try CertificateList.parse([UInt8]()) }
    }

    struct Malformation: CustomTestStringConvertible {
        let testDescription: String
        let failure: ListFailure?
        let spoil: @Sendable (inout ListSpec) -> Void

        init(_ what: String, _ failure: ListFailure? = nil, _ spoil: @escaping @Sendable (inout ListSpec) -> Void) {
            (testDescription, self.failure, self.spoil) = (what, failure, spoil)
        }
    }

    @Test(
        "R09: one thing wrong in the bytes, and there is no list",
        arguments: [
            Malformation("the same serial number twice", .duplicateEntry(try! SerialNumber(magnitude: [9]))) {
                $0.entries = [ListSpec.Entry([9]), ListSpec.Entry([8]), ListSpec.Entry([9], code: 1)]
            },
            Malformation("an extension twice", .duplicateExtension(ObjectIdentifier(2, 5, 29, 20))) {
                $0.otherExtensions = [Extension(.cRLNumber, isCritical: false, value: [2, 1, 7])]
            },
            Malformation("version 3", .unknownVersion(2)) { $0.version = 2 },
            Malformation("version 1 written out", .unknownVersion(0)) { $0.version = 0 },
            Malformation("another algorithm outside", .algorithmMismatch) {
                $0.outerAlgorithm = SignatureAlgorithm.ed25519.identifier
            },
            Malformation("something after it") { $0.trailing = [0] },
            Malformation("reason 7, which is unused") { $0.entries = [ListSpec.Entry([9], code: 7)] },
            Malformation("reason 11, which is none") { $0.entries = [ListSpec.Entry([9], code: 11)] },
            Malformation("a padded serial number") { $0.entries = [ListSpec.Entry([0, 9])] },
            Malformation("a negative list number") { $0.number = [0x80] },
            Malformation("a list number of 21 octets") { $0.number = [1] + [UInt8](repeating: 0, count: 20) },
            Malformation("a certificate issuer without a directory name") {
                $0.entries = [ListSpec.Entry([9])]
                $0.entries[0].extensions = [
                    Extension(.certificateIssuer, isCritical: true, value: DERWriter.element(.sequence, uri("x:")))
                ]
            },
            Malformation("two reasons for one entry") {
                $0.entries = [ListSpec.Entry([9], code: 1)]
                $0.entries[0].extensions += $0.entries[0].extensions
            },
        ])
    func malformed(_ one: Malformation) throws {
        var spec = ListSpec(issuing, revoking: [7])
        _ = try spec.list()
        one.spoil(&spec)
        let failure = #expect(throws: ListFailure.self) { try CertificateList(der: spec.der) }
        if let expected = one.failure { #expect(failure == expected) }
        #expect(failure?.explanation.isEmpty == false)
    }

    @Test("R09: a list cut at any octet, and one with any octet changed, is refused or read, and nothing traps")
    func cutAndChanged() throws {
        var spec = ListSpec(issuing)
        spec.entries = [ListSpec.Entry([9], code: 1, issuer: issuing.subject), ListSpec.Entry([8])]
        spec.scope = Scope(name: full(uri("http://lists.example/1")), isIndirect: true)
        let der = spec.der
        let genuine = try CertificateList(der: der)
        #expect(genuine.isSigned(by: issuing.key.publicKey))
        for end in der.indices {
            #expect(throws: ListFailure.self) { try CertificateList(der: der[..<end]) }
        }
        for index in der.indices {
            for bit in [0x01, 0x20, 0x80] as [UInt8] {
                var changed = der
                changed[index] ^= bit
                guard let list = try? CertificateList(der: changed) else { continue }
                #expect(!list.isSigned(by: issuing.key.publicKey))
                _ = list.revocation(of: try SerialNumber(magnitude: [9]), from: issuing.subject)
            }
        }
    }

    @Test("R09: fifty thousand entries are all found, and their neighbours are not")
    func many() throws {
        var spec = ListSpec(issuing)
        func serial(_ number: Int) -> [UInt8] {
            [0x10] + (0..<4).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        }
        spec.entries = (0..<50_000).map { ListSpec.Entry(serial($0 * 2)) }
        let list = try spec.list()
        #expect(list.count == 50_000)
        for number in stride(from: 0, to: 50_000, by: 997) {
            let (listed, not) = (
                try SerialNumber(magnitude: serial(number * 2)), try SerialNumber(magnitude: serial(number * 2 + 1))
            )
            #expect(list.revocation(of: listed, from: issuing.subject) != nil)
            #expect(list.revocation(of: not, from: issuing.subject) == nil)
        }
    }

    @Test("R09: an indirect list of more issuers than are kept, and one over the size, are refused")
    func bombs() {
        var spec = ListSpec(issuing)
        spec.entries = (0..<4200).map { ListSpec.Entry([9], issuer: TestPKI.name("issuer \($0)")) }
        spec.scope = Scope(isIndirect: true)
        #expect(throws: ListFailure.tooManyIssuers(limit: 4096)) { try spec.list() }
        spec.entries.removeLast(200)
        #expect(throws: Never.self) { try spec.list() }
        let (over, limit) = (CertificateList.largest + 1, CertificateList.largest)
        #expect(throws: ListFailure.tooLarge(octets: over, limit: limit)) {
            try CertificateList(der: repeatElement(0x30, count: over))
        }
    }

    @Test("R09: entries without content are refused at the first")
    func hollow() throws {
        let hollow = DERWriter.element(.sequence, [])
        let members = Array(repeatElement(hollow, count: 100_000).joined())
        let tbs = DERWriter.sequence(
            DERWriter.element(.integer, [1]), SignatureAlgorithm.ecdsaSHA256.identifier, issuing.subject.derBytes,
            time(noon), time(noon), DERWriter.element(.sequence, members))
        let der = DERWriter.sequence(
            tbs, SignatureAlgorithm.ecdsaSHA256.identifier, DERWriter.element(.bitString, [0]))
        #expect(throws: ListFailure.self) { try CertificateList(der: der) }
    }
}
