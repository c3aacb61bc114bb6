import SymbolonCertificates
import SymbolonRevocation
import SymbolonTestSupport
import Testing

/// A question to be made for a test: start from a good one, spoil one thing, build.
struct QuestionSpec {
    var version: UInt8?
    var requestor: [UInt8] = []
    var identifiers: [[UInt8]]
    var singleExtensions: [Extension] = []
    var extensions: [Extension] = []
    var signature: [UInt8] = []

    init(about certificate: Certificate, from issuer: Certificate, _ digest: CertificateID.Digest = .sha1) throws {
        let identifier = try #require(CertificateID(of: certificate.serialNumber, from: issuer, by: digest))
        identifiers = [identifier.derBytes]
    }

    mutating func carry(nonce octets: [UInt8], isCritical: Bool = false) {
        extensions.append(
            Extension(.ocspNonce, isCritical: isCritical, value: DERWriter.element(.octetString, octets)))
    }

    var der: [UInt8] {
        let requests = identifiers.flatMap { DERWriter.sequence($0, tagged(0, singleExtensions)) }
        let version = version.map { DERWriter.element(.context(0, isConstructed: true), [0x02, 0x01, $0]) } ?? []
        return DERWriter.sequence(
            DERWriter.sequence(
                version, requestor, DERWriter.element(.sequence, requests), tagged(2, extensions)), signature)
    }

    private func tagged(_ number: UInt8, _ extensions: [Extension]) -> [UInt8] {
        extensions.isEmpty
            ? []
            : DERWriter.element(
                .context(number, isConstructed: true),
                DERWriter.element(.sequence, extensions.flatMap { DERWriter.extension($0) }))
    }

    func parsed() throws -> PresentedQuestion { try PresentedQuestion(der: der) }
}

@Suite("RFC 6960 §4.1: which questions a responder answers")
struct QuestionTests {
    private let standing: Standing
    private let spec: QuestionSpec

    init() throws {
        standing = try Standing()
        spec = try QuestionSpec(about: standing.leaf, from: standing.issuing)
    }

    private var digests: IssuerDigests {
        get throws { try #require(IssuerDigests(standing.issuing)) }
    }

    @Test("our own questions are read, by either digest, and name the issuer", arguments: [true, false])
    func ours(_ isSHA1: Bool) throws {
        let made = try #require(
            StatusQuestion(
                about: standing.leaf.serialNumber, from: standing.issuing, namedBy: isSHA1 ? .sha1 : .sha256))
        let question = try PresentedQuestion(der: made.der)
        #expect(question.nonce == made.nonce)
        #expect(question.certificates.map(\.serialNumber) == [standing.leaf.serialNumber])
        #expect(try digests.digest(of: question.certificates[0]) == (isSHA1 ? .sha1 : .sha256))
        #expect(
            try digests.identifier(of: standing.leaf.serialNumber, by: isSHA1 ? .sha1 : .sha256)
                == question.certificates[0])
    }

    @Test("R06: another issuer's name or key, or a digest that nobody uses, names another issuer")
    func otherIssuers() throws {
        let byRoot = try QuestionSpec(about: standing.leaf, from: standing.root).parsed()
        #expect(try digests.digest(of: byRoot.certificates[0]) == nil)
        var renewed = standing.chain.issuing
        renewed.use(TestKeys.key("renewed"))
        let sameName = try Certificate(der: renewed.der(signedBy: standing.chain.root))
        let byName = try QuestionSpec(about: standing.leaf, from: sameName).parsed()
        #expect(try digests.digest(of: byName.certificates[0]) == nil)
        var other = spec
        // The identifier of SHA-1 with another last octet.
        other.identifiers[0][8] ^= 1
        #expect(try digests.digest(of: other.parsed().certificates[0]) == nil)
    }

    @Test("R04: a nonce has 1 to 128 octets, and is whole", arguments: [1, 16, 32, 33, 128])
    func nonces(_ length: Int) throws {
        var spec = spec
        spec.carry(nonce: [UInt8](repeating: 7, count: length), isCritical: length == 33)
        #expect(try spec.parsed().nonce?.bytes.count == length)
    }

    @Test("R04: a nonce of 0 or of 129 octets makes it no question", arguments: [0, 129])
    func wrongNonces(_ length: Int) throws {
        var spec = spec
        spec.carry(nonce: [UInt8](repeating: 7, count: length))
        #expect(throws: QuestionFailure.nonceLength(octets: length)) { try spec.parsed() }
    }

    @Test("several certificates are asked for at once, up to sixteen")
    func several() throws {
        var spec = spec
        spec.identifiers = Array(repeating: spec.identifiers[0], count: 16)
        #expect(try spec.parsed().certificates.count == 16)
        spec.identifiers.append(spec.identifiers[0])
        #expect(throws: QuestionFailure.tooManyParts(limit: 16)) { try spec.parsed() }
        spec.identifiers = []
        #expect(throws: QuestionFailure.self) { try spec.parsed() }
    }

    @Test("who asks, and by which signature, is passed over")
    func signed() throws {
        var spec = spec
        spec.requestor = DERWriter.element(
            .context(1, isConstructed: true),
            DERWriter.element(.context(4, isConstructed: true), standing.leaf.subject.derBytes))
        spec.signature = DERWriter.element(.context(0, isConstructed: true), DERWriter.sequence([0x05, 0x00]))
        #expect(try spec.parsed().certificates.count == 1)
    }

    @Test("an unknown extension is passed over, unless it is critical")
    func extensions() throws {
        let unknown = ObjectIdentifier(1, 2, 3)
        var spec = spec
        spec.extensions = [Extension(unknown, isCritical: false, value: [5, 0])]
        spec.singleExtensions = spec.extensions
        #expect(try spec.parsed().certificates.count == 1)
        spec.singleExtensions = [Extension(unknown, isCritical: true, value: [5, 0])]
        #expect(throws: QuestionFailure.unknownCriticalExtension(unknown)) { try spec.parsed() }
        (spec.extensions, spec.singleExtensions) = (spec.singleExtensions, [])
        #expect(throws: QuestionFailure.unknownCriticalExtension(unknown)) { try spec.parsed() }
        spec.extensions = [Extension](repeating: Extension(unknown, isCritical: false, value: [5, 0]), count: 2)
        #expect(throws: QuestionFailure.duplicateExtension(unknown)) { try spec.parsed() }
    }

    @Test("another version, a version written out, what follows and what is too large are refused")
    func malformed() throws {
        var spec = spec
        spec.version = 1
        #expect(throws: QuestionFailure.unknownVersion(1)) { try spec.parsed() }
        spec.version = 0
        #expect(throws: QuestionFailure.malformed(DERFailure(.defaultWasEncoded, at: 4))) { try spec.parsed() }
        spec.version = nil
        #expect(throws: QuestionFailure.self) { try PresentedQuestion(der: spec.der + [0]) }
        #expect(throws: QuestionFailure.self) { try PresentedQuestion(der: spec.der.dropLast()) }
        #expect(throws: QuestionFailure.tooLarge(octets: 4097, limit: 4096)) {
            try PresentedQuestion(der: [UInt8](repeating: 0x30, count: 4097))
        }
        // The twin.
        #expect(try spec.parsed().nonce == nil)
    }
}
