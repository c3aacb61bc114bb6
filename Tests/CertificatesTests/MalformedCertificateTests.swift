import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import Testing

@Suite("RFC 5280 §4.1: one part malformed, one refusal that names it")
struct MalformedCertificateTests {
    /// The parts of a certificate, to be put together with one of them changed.
    struct Parts: Sendable {
        var version = der(0xA0, [0x02, 0x01, 0x02])
        var serialNumber = der(0x02, [0x01])
        var innerAlgorithm = SignatureAlgorithm.ecdsaSHA256.identifier
        var issuer = TestPKI.name("Test Issuing").derBytes
        var validity = der(0x30, text(0x17, "260601120000Z"), text(0x17, "260602120000Z"))
        var subject = TestPKI.name("web").derBytes
        var subjectPublicKeyInfo = TestKeys.key("web").publicKey.subjectPublicKeyInfo
        var uniqueIdentifiers: [UInt8] = []
        var extensions = der(0xA3, der(0x30, der(0x30, der(0x06, [0x2A]), der(0x04))))
        var afterExtensions: [UInt8] = []
        var outerAlgorithm = SignatureAlgorithm.ecdsaSHA256.identifier
        var signature = der(0x03, [0x00, 0x30, 0x00])
        var afterSignature: [UInt8] = []
        var afterAll: [UInt8] = []

        var encoded: [UInt8] {
            let tbs = der(
                0x30, version, serialNumber, innerAlgorithm, issuer, validity, subject, subjectPublicKeyInfo,
                uniqueIdentifiers, extensions, afterExtensions)
            return der(0x30, tbs, outerAlgorithm, signature, afterSignature) + afterAll
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let field: CertificateField
        let reason: DERFailure.Reason
        let spoil: @Sendable (inout Parts) -> Void

        init(
            _ name: String, _ field: CertificateField, _ reason: DERFailure.Reason,
            _ spoil: @escaping @Sendable (inout Parts) -> Void
        ) {
            testDescription = name
            self.field = field
            self.reason = reason
            self.spoil = spoil
        }
    }

    @Test("the parts as they are make a certificate, also with unique identifiers")
    func honest() throws {
        var parts = Parts()
        _ = try Certificate(der: parts.encoded)
        parts.uniqueIdentifiers = der(0x81, [0, 1]) + der(0x82, [0, 1])
        _ = try Certificate(der: parts.encoded)
    }

    @Test(
        "refuses",
        arguments: [
            Case("bytes after the certificate", .certificate, .trailingBytes(count: 1)) { $0.afterAll = [0x00] },
            Case("an element after the signature", .certificate, .trailingBytes(count: 2)) {
                $0.afterSignature = der(0x05)
            },
            Case("version 1 written out", .version, .defaultWasEncoded) { $0.version = der(0xA0, [0x02, 0x01, 0x00]) },
            Case("two versions in one tag", .version, .trailingBytes(count: 3)) {
                $0.version = der(0xA0, [0x02, 0x01, 0x02, 0x02, 0x01, 0x02])
            },
            Case("a negative version", .version, .integerOutOfRange) { $0.version = der(0xA0, [0x02, 0x01, 0xFF]) },
            Case("a padded serial number", .serialNumber, .invalidInteger) { $0.serialNumber = der(0x02, [0, 1]) },
            Case("an empty serial number", .serialNumber, .invalidInteger) { $0.serialNumber = der(0x02) },
            Case("no serial number", .serialNumber, .unexpectedTag(expected: 0x02, found: 0x30)) {
                $0.serialNumber = []
            },
            Case("no algorithm inside", .issuer, .unexpectedTag(expected: 0x31, found: 0x17)) {
                $0.innerAlgorithm = []
            },
            Case("an issuer that is no sequence", .issuer, .unexpectedTag(expected: 0x30, found: 0x31)) {
                $0.issuer = der(0x31)
            },
            Case("a validity of one time", .validity, .missing(expected: 0x17)) {
                $0.validity = der(0x30, text(0x17, "260601120000Z"))
            },
            Case("a validity of three times", .validity, .trailingBytes(count: 15)) {
                $0.validity = der(0x30, Array(repeating: text(0x17, "260601120000Z"), count: 3).flatMap(\.self))
            },
            Case("a time without seconds", .validity, .invalidTime(.noSeconds)) {
                $0.validity = der(0x30, text(0x17, "2606011200Z"), text(0x17, "260602120000Z"))
            },
            Case("a subject in pieces", .subject, .empty) { $0.subject = der(0x30, der(0x31)) },
            Case("no key", .subjectPublicKeyInfo, .unexpectedTag(expected: 0x30, found: 0xA3)) {
                $0.subjectPublicKeyInfo = []
            },
            Case("an empty list of extensions", .extensions, .empty) { $0.extensions = der(0xA3, der(0x30)) },
            Case("two lists of extensions", .extensions, .trailingBytes(count: 2)) {
                $0.extensions = der(0xA3, der(0x30, der(0x30, der(0x06, [0x2A]), der(0x04))), der(0x30))
            },
            Case("an element after the extensions", .tbsCertificate, .trailingBytes(count: 2)) {
                $0.afterExtensions = der(0x05)
            },
            Case("unique identifiers in the wrong order", .tbsCertificate, .trailingBytes(count: 15)) {
                $0.uniqueIdentifiers = der(0x82, [0, 1]) + der(0x81, [0, 1])
            },
            Case("an extension without a value", .extensions, .missing(expected: 0x04)) {
                $0.extensions = der(0xA3, der(0x30, der(0x30, der(0x06, [0x2A]))))
            },
            Case("an extension that says it is not critical", .extensions, .defaultWasEncoded) {
                $0.extensions = der(0xA3, der(0x30, der(0x30, der(0x06, [0x2A]), [0x01, 0x01, 0x00], der(0x04))))
            },
            Case("an extension of four parts", .extensions, .trailingBytes(count: 2)) {
                $0.extensions = der(
                    0xA3, der(0x30, der(0x30, der(0x06, [0x2A]), [0x01, 0x01, 0xFF], der(0x04), der(0x05))))
            },
            Case("no algorithm outside", .signatureAlgorithm, .unexpectedTag(expected: 0x30, found: 0x03)) {
                $0.outerAlgorithm = []
            },
            Case("a signature of seven bits", .signature, .invalidUnusedBits) {
                $0.signature = der(0x03, [0x01, 0x80])
            },
            Case("an empty signature string", .signature, .invalidUnusedBits) { $0.signature = der(0x03) },
            Case("no signature", .signature, .missing(expected: 0x03)) { $0.signature = [] },
        ])
    func malformed(_ one: Case) {
        var parts = Parts()
        one.spoil(&parts)
        let failure = #expect(throws: CertificateFailure.self) { _ = try Certificate(der: parts.encoded) }
        guard case .malformed(let field, let found)? = failure else {
            Issue.record("refused as \(String(describing: failure))")
            return
        }
        #expect(field == one.field)
        #expect(found.reason == one.reason)
        #expect(failure?.explanation.contains("(offset \(found.offset))") == true)
    }
}
