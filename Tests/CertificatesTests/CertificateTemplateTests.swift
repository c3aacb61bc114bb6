import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import Testing

@Suite("A certificate says what its template said")
struct CertificateTemplateTests {
    private func template(_ key: SigningKey) throws -> CertificateTemplate {
        var template = CertificateTemplate(
            serialNumber: try SerialNumber(magnitude: [0xC0, 0xFF, 0xEE]), signatureAlgorithm: key.signatureAlgorithm,
            issuer: TestPKI.name("Test Issuing"), notBefore: noon, notAfter: noon + 1 * .day,
            subject: TestPKI.name("web"), publicKey: TestKeys.key("web").publicKey)
        template.keyUsage = .digitalSignature
        template.extendedKeyUsage = ExtendedKeyUsage(.serverAuth)
        template.subjectAlternativeNames = [.dns("web.example.internal")]
        template.authorityKeyIdentifier = key.publicKey.keyIdentifier
        return template
    }

    private func issue(_ template: CertificateTemplate, by key: SigningKey) throws -> Certificate {
        let tbs = template.derBytes()
        return try Certificate.assemble(
            tbs: tbs, algorithm: key.signatureAlgorithm, signature: try key.sign(tbs))
    }

    @Test(
        "every field and extension is read back, from signed bytes that are the template's",
        arguments: KeyAlgorithm.allCases)
    func roundTrip(_ algorithm: KeyAlgorithm) throws {
        let key = TestKeys.key("issuing", algorithm)
        let template = try template(key)
        let certificate = try issue(template, by: key)
        #expect(Array(certificate.tbsBytes) == template.derBytes())
        #expect(certificate.version == 3)
        #expect(certificate.serialNumber == template.serialNumber)
        #expect(certificate.issuer == template.issuer)
        #expect(certificate.subject == template.subject)
        #expect(certificate.notBefore == template.notBefore)
        #expect(certificate.notAfter == template.notAfter)
        #expect(certificate.publicKey == template.publicKey)
        #expect(certificate.extensions.all == template.extensions)
        #expect(certificate.isSigned(by: key.publicKey))
        #expect(certificate.extensions.isCritical(.keyUsage) == true)
        #expect(certificate.extensions.isCritical(.subjectAlternativeName) == false)
        #expect(certificate.extensions.isCritical(.subjectKeyIdentifier) == false)
        #expect(certificate.extensions.isCritical(.authorityKeyIdentifier) == false)
    }

    @Test("an authority's template keeps the fixed order and its critical marks")
    func authority() throws {
        let key = TestKeys.key("root")
        var template = try template(key)
        template.basicConstraints = BasicConstraints(isAuthority: true, pathLength: 0)
        template.keyUsage = [.keyCertSign, .crlSign]
        template.nameConstraints = NameConstraints(permitted: [.dns(try DNSSubtree("example.internal"))])
        let extensions = try issue(template, by: key).extensions
        #expect(
            extensions.all.map(\.identifier) == [
                .basicConstraints, .keyUsage, .extendedKeyUsage, .subjectAlternativeName, .nameConstraints,
                .subjectKeyIdentifier, .authorityKeyIdentifier,
            ])
        #expect(extensions.basicConstraints == template.basicConstraints)
        #expect(extensions.keyUsage == template.keyUsage)
        #expect(extensions.nameConstraints == template.nameConstraints)
        #expect(extensions.isCritical(.basicConstraints) == true)
        #expect(extensions.isCritical(.nameConstraints) == true)
    }

    @Test("RFC 5280 §4.2.1.6: with an empty subject the alternative name is critical")
    func emptySubject() throws {
        let key = TestKeys.key("issuing")
        var template = try template(key)
        template.subject = .empty
        let certificate = try issue(template, by: key)
        #expect(certificate.subject.isEmpty)
        #expect(certificate.extensions.isCritical(.subjectAlternativeName) == true)
    }

    @Test("parts whose algorithms differ do not become a certificate")
    func mismatch() throws {
        let template = try template(TestKeys.key("issuing"))
        #expect(throws: CertificateFailure.self) {
            try Certificate.assemble(tbs: template.derBytes(), algorithm: .ed25519, signature: [0])
        }
    }
}
