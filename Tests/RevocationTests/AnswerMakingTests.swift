import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@Suite("RFC 6960 §4.2: what a responder makes is what a verifier believes")
struct AnswerMakingTests {
    private let standing: Standing
    private let signer: AnswerSigner

    init() throws {
        standing = try Standing()
        var delegate = CertificateSpec(
            subject: TestPKI.name("Responder"), serialNumber: [0x61], validFrom: noon - 1 * .day,
            until: noon + 1 * .day,
            key: TestKeys.key("responder"))
        delegate.keyUsage = .digitalSignature
        delegate.extendedKeyUsage = ExtendedKeyUsage(.ocspSigning)
        delegate.otherExtensions = [Extension(.ocspNoCheck, isCritical: false, value: [5, 0])]
        let certificate = try Certificate(der: delegate.der(signedBy: standing.chain.issuing))
        signer = try #require(AnswerSigner(certificate, key: TestKeys.key("responder")))
    }

    private func template(
        _ meaning: CertificateStanding, _ digest: CertificateID.Digest = .sha1
    ) throws -> AnswerTemplate {
        let identifier = try #require(
            CertificateID(of: standing.leaf.serialNumber, from: standing.issuing, by: digest))
        return AnswerTemplate(
            responderKeyHash: signer.keyHash, producedAt: noon,
            statuses: [.init(identifier, meaning, thisUpdate: noon - 1 * .hour, nextUpdate: noon + 1 * .hour)])
    }

    private func status(
        _ template: AnswerTemplate, to question: StatusQuestion? = nil
    ) throws -> RevocationStatus {
        try standing.ofLeaf(answers: [try StatusAnswer(der: signer.sign(template).der, to: question)])
    }

    @Test("good is good and unknown is nothing, by either digest", arguments: [true, false])
    func standings(_ isSHA1: Bool) throws {
        let digest = isSHA1 ? CertificateID.Digest.sha1 : .sha256
        #expect(try status(template(.good, digest)) == Standing.good)
        #expect(try status(template(.unknown, digest)) == .unknown(.responderDoesNotKnow))
    }

    @Test("each reason comes back as it went", arguments: RevocationReason.allCases)
    func reasons(_ reason: RevocationReason) throws {
        let revocation = Revocation(reason, since: noon - 2 * .hour)
        #expect(try status(template(.revoked(revocation))) == .revoked(reason, since: noon - 2 * .hour))
    }

    @Test("the question's nonce comes back, and no other is believed")
    func nonce() throws {
        let question = try #require(StatusQuestion(about: standing.leaf.serialNumber, from: standing.issuing))
        var template = try template(.good)
        #expect(try status(template, to: question) == .unknown(.answerUnusable(.nonceMissing)))
        template.nonce = question.nonce
        #expect(try status(template, to: question) == Standing.good)
    }

    @Test("several statuses and an archive cutoff are read, and each answer has a tag of its own")
    func several() throws {
        var template = try template(.good)
        let other = try #require(IssuerDigests(standing.issuing)).identifier(
            of: SerialNumber(magnitude: [0x44]), by: .sha1)
        template.statuses.append(
            .init(
                other, .unknown, thisUpdate: noon - 1, nextUpdate: noon + 60, archiveCutoff: noon - 400 * .day))
        let signed = try signer.sign(template)
        #expect((signed.thisUpdate, signed.nextUpdate) == (noon - 1, noon + 60))
        let answer = try StatusAnswer(der: signed.der)
        #expect(answer.count == 2)
        #expect(try standing.ofLeaf(answers: [answer]) == Standing.good)
        template.producedAt += 1
        #expect(try signer.sign(template).tag != signed.tag)
    }

    @Test("a signer is a certificate with its own key")
    func otherKey() throws {
        #expect(AnswerSigner(signer.certificate, key: TestKeys.key("stranger")) == nil)
    }

    @Test("a refusal is its code and nothing else", arguments: zip(AnswerRefusal.allCases, [1, 2, 3, 6]))
    func refusals(_ refusal: AnswerRefusal, _ code: Int) throws {
        #expect(throws: AnswerFailure.unsuccessful(code: code)) { try StatusAnswer(der: refusal.der) }
        #expect(refusal.der.count == 5)
    }

    @Test("where a certificate says that its responder is")
    func address() throws {
        var leaf = standing.chain.leaf
        leaf.otherExtensions.append(ResponderAddress.extension("http://pki.example/ocsp/00"))
        let certificate = try Certificate(der: leaf.der(signedBy: standing.chain.issuing))
        #expect(try ResponderAddress.all(of: certificate) == ["http://pki.example/ocsp/00"])
        #expect(try ResponderAddress.all(of: standing.leaf) == [])
    }
}
