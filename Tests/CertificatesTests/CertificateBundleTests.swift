import SymbolonCertificates
import SymbolonTestSupport
import SymbolonWire
import Testing

@Suite("RFC 7468 §5: certificates in a text")
struct CertificateBundleTests {
    @Test("a chain is written and read in order, with text around it")
    func roundTrip() throws {
        let bundle = CertificateBundle(try TestPKI.goodChain().der.map { try Certificate(der: $0) })
        #expect(try CertificateBundle(pem: bundle.pem) == bundle)
        #expect(try CertificateBundle(pem: "Our chain:\n" + bundle.pem + "the end\n") == bundle)
    }

    @Test("a text without a certificate is refused")
    func empty() {
        #expect(throws: CertificateFailure.noCertificate) { try CertificateBundle(pem: "") }
        #expect(throws: CertificateFailure.noCertificate) { try CertificateBundle(pem: "hello\n") }
    }

    @Test("a private key among certificates is refused")
    func key() {
        let pem = TestPKI.goodChain().anchor.pem + PEM.render(label: "PRIVATE KEY", [1, 2, 3])
        #expect(throws: CertificateFailure.unexpectedLabel("PRIVATE KEY")) { try CertificateBundle(pem: pem) }
    }

    @Test("a fault in the text or in a certificate is reported as such")
    func faults() {
        let good = TestPKI.goodChain().anchor.pem
        #expect(throws: CertificateFailure.pem(.unterminated(line: 1, label: "CERTIFICATE"))) {
            try CertificateBundle(pem: String(good.prefix(93)))
        }
        #expect(
            throws: CertificateFailure.malformed(
                .certificate, DERFailure(.unexpectedTag(expected: 0x30, found: 0x01), at: 0))
        ) {
            try CertificateBundle(pem: PEM.render(label: "CERTIFICATE", [1, 2, 3]))
        }
    }
}
