import Foundation
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import Testing

@testable import SymbolonAuthority

@Suite("An end takes up a root on the word of one that it knows")
struct IntroducedRootTests {
    private let first: SigningIssuer
    private let second: SigningIssuer
    private let third: SigningIssuer
    private let words: [Certificate]
    private let issuingKey = SigningKey.make(.p256)
    private let issuing: Certificate

    init() throws {
        let configuration = try AuthorityConfiguration(trustDomain: TrustDomain("example.internal"))
        var making = IssuerMaking(configuration, at: noon, random: SystemRandomNumberGenerator())
        first = try making.root(SigningKey.make(.p256))
        second = try making.root(SigningKey.make(.p256))
        third = try making.root(SigningKey.make(.p256))
        words = [
            try making.introduction(of: second, by: first), try making.introduction(of: third, by: second),
        ]
        issuing = try making.issuing(issuingKey.publicKey, below: first)
    }

    private func statement(_ anchors: [Certificate], _ words: [Certificate]) -> TrustStatement {
        TrustStatement(
            trustDomain: "example.internal", anchors: CertificateBundle(anchors).pem,
            introductions: CertificateBundle(words).pem, issuing: "", changeCounter: 1, revoked: [], digest: "",
            federated: [])
    }

    private func selfSigned(_ subject: DistinguishedName, _ key: SigningKey) throws -> Certificate {
        let template = CertificateTemplate(
            serialNumber: try SerialNumber(magnitude: [0x41]), signatureAlgorithm: key.signatureAlgorithm,
            issuer: subject,
            notBefore: noon - 60, notAfter: noon + 86_400, subject: subject, publicKey: key.publicKey)
        let tbs = template.derBytes()
        return try Certificate.assemble(tbs: tbs, algorithm: key.signatureAlgorithm, signature: try key.sign(tbs))
    }

    @Test("one after the other, also when those between are believed no more")
    func introduced() {
        let all = [third, second, first].map(\.certificate)
        #expect(statement(all, words).anchors(knowing: [first.certificate]) == all)
        #expect(statement([third.certificate], words).anchors(knowing: [first.certificate]) == [third.certificate])
        #expect(statement([first.certificate], []).anchors(knowing: [first.certificate]) == [first.certificate])
    }

    @Test("nobody's word, or a stranger's, is none")
    func unknown() throws {
        let both = [second.certificate, first.certificate]
        #expect(statement(both, []).anchors(knowing: [first.certificate]) == [first.certificate])
        #expect(statement([third.certificate], [words[1]]).anchors(knowing: [first.certificate]).isEmpty)
        let stranger = try selfSigned(first.certificate.subject, .make(.p256))
        #expect(statement([second.certificate], words).anchors(knowing: [stranger]).isEmpty)
    }

    @Test("whoever has stolen an issuing key makes no root of it")
    func stolen() throws {
        let root = try selfSigned(issuing.subject, issuingKey)
        #expect(statement([root], [issuing]).anchors(knowing: [first.certificate]).isEmpty)
    }
}
