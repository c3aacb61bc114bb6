import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@Suite("RFC 6960 §3.2: which answer is believed, and what it says")
struct AnswerChecking {
    private let standing: Standing
    private let spec: AnswerSpec

    init() throws {
        standing = try Standing()
        spec = AnswerSpec(about: standing.leaf, from: standing.issuing, by: standing.chain.issuing.key)
    }

    private func status(_ spec: AnswerSpec, at now: Date = noon) throws -> RevocationStatus {
        try standing.ofLeaf(answers: [try spec.answer()], at: now)
    }

    private func delegate() -> CertificateSpec {
        var delegate = CertificateSpec(
            subject: TestPKI.name("Responder"), serialNumber: [0x61], validFrom: noon - 1 * .day,
            until: noon + 1 * .day,
            key: TestKeys.key("responder"))
        delegate.keyUsage = .digitalSignature
        delegate.extendedKeyUsage = ExtendedKeyUsage(.ocspSigning)
        delegate.otherExtensions = [Extension(.ocspNoCheck, isCritical: false, value: [5, 0])]
        return delegate
    }

    private func delegated(_ delegate: CertificateSpec, by issuer: CertificateSpec) -> AnswerSpec {
        var spec = spec
        spec.delegate(to: delegate, delegate.der(signedBy: issuer))
        return spec
    }

    @Test("good is good, revoked is revoked with its reason, by either digest and by name or key of the responder")
    func basics() throws {
        #expect(try status(spec) == Standing.good)
        var spec = AnswerSpec(about: standing.leaf, from: standing.issuing, .sha256, by: standing.chain.issuing.key)
        #expect(try status(spec) == Standing.good)
        spec.responder = AnswerSpec.keyed(standing.issuing)
        #expect(try status(spec) == Standing.good)
        spec.statuses[0].meaning = .revoked(code: nil)
        #expect(try status(spec) == Standing.revoked)
        spec.statuses[0].meaning = .revoked(code: 1)
        #expect(try status(spec) == .revoked(.keyCompromise, since: noon - 2 * .hour))
    }

    @Test("R06: unknown is never good")
    func unknown() throws {
        var spec = spec
        spec.statuses[0].meaning = .unknown
        #expect(try status(spec) == .unknown(.responderDoesNotKnow))
    }

    @Test("R06, R15: an answer for another serial number, or from another issuer's hashes, is none of ours")
    func otherCertificates() throws {
        let other = AnswerSpec(about: standing.issuing, from: standing.issuing, by: standing.chain.issuing.key)
        #expect(try status(other) == .unknown(.noSource))
        let hashes = AnswerSpec(about: standing.leaf, from: standing.root, by: standing.chain.issuing.key)
        #expect(try status(hashes) == .unknown(.noSource))
        // The issuer's name with another key.
        var renewed = standing.chain.issuing
        renewed.use(TestKeys.key("renewed"))
        let sameName = try Certificate(der: renewed.der(signedBy: standing.chain.root))
        let otherKey = AnswerSpec(about: standing.leaf, from: sameName, by: standing.chain.issuing.key)
        #expect(try status(otherKey) == .unknown(.noSource))
    }

    @Test("R06: of several statuses ours is taken, and of several for ours the worst")
    func several() throws {
        var spec = spec
        let others = AnswerSpec(about: standing.issuing, from: standing.issuing, by: spec.key).statuses
        spec.statuses += others
        spec.statuses[1].meaning = .revoked(code: 1)
        #expect(try status(spec) == Standing.good)
        spec.statuses.swapAt(0, 1)
        #expect(try status(spec) == Standing.good)
        spec.statuses.append(spec.statuses[1])
        spec.statuses[2].meaning = .unknown
        #expect(try status(spec) == .unknown(.responderDoesNotKnow))
        spec.statuses[2].meaning = .revoked(code: 4)
        #expect(try status(spec) == .revoked(.superseded, since: noon - 2 * .hour))
    }

    @Test("R04: an answer is believed from thisUpdate through nextUpdate, and without one for five minutes")
    func freshness() throws {
        let end = noon + 1 * .hour
        #expect(try status(spec, at: end) == Standing.good)
        #expect(try status(spec, at: end + 1) == .unknown(.stale(since: end)))
        let start = noon - 1 * .hour
        #expect(try status(spec, at: start) == Standing.good)
        #expect(try status(spec, at: start - 1) == .unknown(.notYetCurrent(from: start)))
        var open = spec
        open.statuses[0].nextUpdate = nil
        #expect(try status(open, at: start + 300) == .good(thisUpdate: start, nextUpdate: start + 300))
        #expect(try status(open, at: start + 301) == .unknown(.stale(since: start + 300)))
        var revoked = spec
        revoked.statuses[0].meaning = .revoked(code: 1)
        #expect(try status(revoked, at: end + 1) == .revoked(.keyCompromise, since: noon - 2 * .hour))
        revoked.statuses[0].meaning = .revoked(code: 6)
        #expect(try status(revoked, at: end + 1) == .unknown(.stale(since: end)))
    }

    @Test("R05: the issuer's signature must hold")
    func issuerSignature() throws {
        var spec = spec
        spec.breaksSignature = true
        #expect(try status(spec) == .unknown(.answerUnusable(.signatureInvalid)))
        spec.breaksSignature = false
        spec.key = TestKeys.key("stranger")
        #expect(try status(spec) == .unknown(.answerUnusable(.signatureInvalid)))
        spec.responder = AnswerSpec.named(TestPKI.name("nobody"))
        #expect(try status(spec) == .unknown(.answerUnusable(.responderUnknown)))
    }

    @Test("a delegate that the issuer issued for this may answer")
    func goodDelegate() throws {
        #expect(try status(delegated(delegate(), by: standing.chain.issuing)) == Standing.good)
        var byKey = delegated(delegate(), by: standing.chain.issuing)
        byKey.responder = AnswerSpec.keyed(try Certificate(der: byKey.certificates[0]))
        #expect(try status(byKey) == Standing.good)
    }

    @Test("a delegate of the issuer's own name may answer, and is found by its key")
    func delegateOfTheSameName() throws {
        var delegate = delegate()
        delegate.subject = standing.chain.issuing.subject
        let good = delegated(delegate, by: standing.chain.issuing)
        #expect(try status(good) == Standing.good)
        delegate.extendedKeyUsage = ExtendedKeyUsage(.serverAuth)
        let wrong = delegated(delegate, by: standing.chain.issuing)
        #expect(try status(wrong) == .unknown(.answerUnusable(.responderNotAuthorized)))
    }

    struct WrongDelegate: CustomTestStringConvertible {
        let testDescription: String
        let defect: AnswerDefect
        let spoil: @Sendable (inout CertificateSpec) -> Void

        init(_ what: String, _ defect: AnswerDefect, _ spoil: @escaping @Sendable (inout CertificateSpec) -> Void) {
            (testDescription, self.defect, self.spoil) = (what, defect, spoil)
        }
    }

    @Test(
        "R05: one thing wrong with the delegate, and nothing it says is believed",
        arguments: [
            WrongDelegate("no extended key usage", .responderNotAuthorized) { $0.extendedKeyUsage = nil },
            WrongDelegate("another purpose", .responderNotAuthorized) {
                $0.extendedKeyUsage = ExtendedKeyUsage(.serverAuth)
            },
            WrongDelegate("any purpose", .responderNotAuthorized) { $0.extendedKeyUsage = ExtendedKeyUsage(.any) },
            WrongDelegate("a key that may not sign", .responderNotAuthorized) { $0.keyUsage = .keyEncipherment },
            WrongDelegate("an unknown critical extension", .responderNotAuthorized) {
                $0.otherExtensions.append(Extension(ObjectIdentifier(1, 2, 3), isCritical: true, value: [5, 0]))
            },
            WrongDelegate("expired", .responderNotValid) { $0.notAfter = noon - 1 },
            WrongDelegate("not yet valid", .responderNotValid) { $0.notBefore = noon + 1 },
            WrongDelegate("no word that it need not be checked", .responderNotKnownGood) { $0.otherExtensions = [] },
            WrongDelegate("a certificate whose own signature is broken", .responderNotIssuedByIssuer) {
                $0.breaksSignature = true
            },
            WrongDelegate("the issuer's name, another issuer's key", .responderNotIssuedByIssuer) {
                $0.signer = TestKeys.key("stranger")
            },
            WrongDelegate("another issuer", .responderNotIssuedByIssuer) { $0.issuer = TestPKI.name("other") },
        ])
    func wrongDelegate(_ wrong: WrongDelegate) throws {
        var delegate = delegate()
        wrong.spoil(&delegate)
        #expect(
            try status(delegated(delegate, by: standing.chain.issuing)) == .unknown(.answerUnusable(wrong.defect)))
        #expect(!wrong.defect.explanation.isEmpty)
    }

    @Test("R05: a responder of another authority under the same root is not ours")
    func otherAuthority() throws {
        #expect(
            try status(delegated(delegate(), by: standing.chain.root))
                == .unknown(.answerUnusable(.responderNotIssuedByIssuer)))
    }

    @Test("R05: a delegate to be checked must be good by a list, and a revoked one is not believed")
    func checkedDelegate() throws {
        var delegate = delegate()
        delegate.otherExtensions = []
        // A list that speaks for delegates and not for the leaf.
        let name = full(uri("http://lists.example/delegates"))
        delegate.otherExtensions = [distributionPoints((name, nil, nil))]
        let answer = try delegated(delegate, by: standing.chain.issuing).answer()
        var list = ListSpec(standing.chain.issuing, revoking: [0x70])
        list.scope = Scope(name: name)
        #expect(try standing.ofLeaf(by: [list]) == .unknown(.listOutOfScope))
        #expect(try standing.ofLeaf(by: [list], answers: [answer]) == Standing.good)
        list.entries.append(ListSpec.Entry(delegate.serialNumber))
        #expect(
            try standing.ofLeaf(answers: [answer]) == .unknown(.answerUnusable(.responderNotKnownGood)))
        #expect(try standing.ofLeaf(by: [list], answers: [answer]) == .unknown(.listOutOfScope))
    }

    @Test("an unknown critical extension of the answer or of its status makes it no information")
    func criticalExtensions() throws {
        let unknown = ObjectIdentifier(1, 2, 3)
        var spec = spec
        spec.otherExtensions = [Extension(unknown, isCritical: false, value: [5, 0])]
        #expect(try status(spec) == Standing.good)
        spec.otherExtensions = [Extension(unknown, isCritical: true, value: [5, 0])]
        #expect(try status(spec) == .unknown(.answerUnusable(.unknownCriticalExtension(unknown))))
        spec.statuses[0].extensions = spec.otherExtensions
        spec.otherExtensions = []
        #expect(try status(spec) == .unknown(.answerUnusable(.unknownCriticalExtension(unknown))))
    }

    @Test("revoked by any source wins over good by another, and good over silence")
    func combined() throws {
        var revoking = spec
        revoking.statuses[0].meaning = .revoked(code: 1)
        let compromised = RevocationStatus.revoked(.keyCompromise, since: noon - 2 * .hour)
        #expect(try standing.ofLeaf(by: [standing.list], answers: [try revoking.answer()]) == compromised)
        #expect(
            try standing.ofLeaf(by: [standing.list], answers: [try spec.answer(), try revoking.answer()]) == compromised
        )
        #expect(try standing.ofLeaf(by: [standing.revokingList], answers: [try spec.answer()]) == Standing.revoked)
        var unknown = spec
        unknown.statuses[0].meaning = .unknown
        #expect(try standing.ofLeaf(by: [standing.list], answers: [try unknown.answer()]) == Standing.good)
        var broken = standing.list
        broken.breaksSignature = true
        #expect(try standing.ofLeaf(by: [broken], answers: [try spec.answer()]) == Standing.good)
    }
}

@Suite("RFC 9654: the nonce ties an answer to its question")
struct Nonces {
    private let standing: Standing
    private let question: StatusQuestion
    private let spec: AnswerSpec

    init() throws {
        standing = try Standing()
        question = try #require(StatusQuestion(about: standing.leaf.serialNumber, from: standing.issuing))
        spec = AnswerSpec(about: standing.leaf, from: standing.issuing, by: standing.chain.issuing.key)
    }

    @Test("a question carries 32 octets that differ each time, or none when none are wanted")
    func questions() throws {
        let again = StatusQuestion(about: standing.leaf.serialNumber, from: standing.issuing)
        #expect(question.nonce?.bytes.count == 32)
        #expect(question.nonce != again?.nonce)
        let plain = StatusQuestion(about: standing.leaf.serialNumber, from: standing.issuing, nonce: nil)
        #expect(plain?.nonce == nil)
    }

    @Test("R04: an answer to our question has our nonce; one that is absent, cut, long or another is refused")
    func answers() throws {
        let nonce = try #require(question.nonce).bytes
        func status(_ bytes: [UInt8]?) throws -> RevocationStatus {
            var spec = spec
            spec.nonce = bytes
            return try standing.ofLeaf(answers: [try spec.answer(to: question)])
        }
        #expect(try status(nonce) == Standing.good)
        #expect(try status(nil) == .unknown(.answerUnusable(.nonceMissing)))
        let different = RevocationStatus.unknown(.answerUnusable(.nonceDiffers))
        #expect(try status(Array(nonce.dropLast())) == different)
        #expect(try status(nonce + [0]) == different)
        #expect(try status([UInt8](repeating: 7, count: 32)) == different)
        #expect(try status([UInt8](repeating: 7, count: 128)) == different)
        #expect(throws: AnswerFailure.nonceLength(octets: 0)) { try status([]) }
        #expect(throws: AnswerFailure.nonceLength(octets: 129)) { try status([UInt8](repeating: 7, count: 129)) }
    }

    @Test("R04: an answer that was stapled or kept may carry any nonce of 1 to 128 octets", arguments: [1, 33, 128])
    func kept(_ length: Int) throws {
        var spec = spec
        spec.nonce = [UInt8](repeating: 7, count: length)
        let answer = try spec.answer()
        #expect(answer.nonce?.bytes.count == length)
        #expect(try standing.ofLeaf(answers: [answer]) == Standing.good)
    }
}

@Suite("RFC 6960 §4.2.1: an answer is read as it stands")
struct AnswerParsing {
    private let spec: AnswerSpec

    init() throws {
        let standing = try Standing()
        spec = AnswerSpec(about: standing.leaf, from: standing.issuing, by: standing.chain.issuing.key)
    }

    @Test("the fields of a good answer are read")
    func fields() throws {
        let answer = try spec.answer()
        #expect(answer.producedAt == noon - 60)
        #expect(answer.count == 1)
        #expect(answer.nonce == nil)
    }

    @Test("a responder that refuses says nothing", arguments: [1, 2, 3, 5, 6] as [UInt8])
    func unsuccessful(_ code: UInt8) throws {
        var spec = spec
        spec.responseStatus = code
        let failure = #expect(throws: AnswerFailure.self) { try spec.answer() }
        #expect(failure == .unsuccessful(code: Int(code)))
        #expect(failure?.explanation.hasPrefix("the OCSP responder refused: ") == true)
    }

    @Test("another type, too many parts, the same extension twice and a size without end are refused")
    func refused() throws {
        var other = spec
        other.type = ObjectIdentifier(1, 2, 3)
        #expect(throws: AnswerFailure.unknownType(ObjectIdentifier(1, 2, 3))) { try other.answer() }
        var many = spec
        many.statuses = Array(repeating: many.statuses[0], count: 64)
        #expect(throws: Never.self) { try many.answer() }
        many.statuses.append(many.statuses[0])
        #expect(throws: AnswerFailure.tooManyParts(limit: 64)) { try many.answer() }
        var twice = spec
        twice.nonce = [1]
        twice.otherExtensions = [Extension(.ocspNonce, isCritical: false, value: [4, 1, 1])]
        #expect(throws: AnswerFailure.duplicateExtension(.ocspNonce)) { try twice.answer() }
        let over = StatusAnswer.largest + 1
        #expect(throws: AnswerFailure.tooLarge(octets: over, limit: StatusAnswer.largest)) {
            try StatusAnswer(der: repeatElement(0x30, count: over))
        }
        var wrong = spec
        wrong.certificates = [[0x30, 0x00]]
        #expect(throws: AnswerFailure.self) { try wrong.answer() }
    }

    @Test("R09: an answer cut at any octet is refused, and one with any octet changed is never believed")
    func cutAndChanged() throws {
        let standing = try Standing()
        var spec = AnswerSpec(about: standing.leaf, from: standing.issuing, by: standing.chain.issuing.key)
        spec.nonce = [1, 2, 3]
        let der = spec.der
        #expect(try standing.ofLeaf(answers: [try StatusAnswer(der: der)]) == Standing.good)
        for end in der.indices { #expect(throws: AnswerFailure.self) { try StatusAnswer(der: der[..<end]) } }
        for index in der.indices {
            var changed = der
            changed[index] ^= 0x01
            guard let answer = try? StatusAnswer(der: changed) else { continue }
            #expect(try standing.ofLeaf(answers: [answer]) != Standing.good, "octet \(index)")
        }
    }
}

@Suite("RFC 7633: a certificate that promises a stapled answer")
struct StaplingPromise {
    @Test("R15: the promise is read from the TLS features", arguments: [([2, 1, 5], true), ([2, 1, 17], false)])
    func promise(_ feature: [UInt8], _ isPromised: Bool) throws {
        var chain = TestPKI.goodChain()
        #expect(try Certificate(der: chain.leafDER).promisesStapledAnswer == false)
        let value = DERWriter.element(.sequence, feature)
        chain.leaf.otherExtensions = [Extension(.tlsFeature, isCritical: false, value: value)]
        #expect(try Certificate(der: chain.leafDER).promisesStapledAnswer == isPromised)
    }
}
