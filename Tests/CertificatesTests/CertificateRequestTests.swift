import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import Testing

@Suite("RFC 2986: certification requests")
struct CertificateRequestTests {
    private static let names: [SubjectName] = [
        .spiffe(try! SPIFFEID("spiffe://example.internal/web")), .dns(try! DNSPattern("web.example.internal")),
    ]

    @Test("a made request is read back and shows possession of its key", arguments: KeyAlgorithm.allCases)
    func roundTrip(_ algorithm: KeyAlgorithm) throws {
        let key = TestKeys.key("web", algorithm)
        let made = try CertificateRequest.make(subject: TestPKI.name("web"), names: Self.names, key: key)
        let parsed = try CertificateRequest(der: made.der)
        #expect(parsed == made)
        #expect(parsed.subject == TestPKI.name("web"))
        #expect(try parsed.extensions.subjectAlternativeNames?.map { try $0.subjectName() } == Self.names)
        #expect(parsed.extensions.isCritical(.subjectAlternativeName) == false)
        #expect(parsed.otherAttributes.isEmpty)
        #expect(try parsed.verifiedPublicKey() == key.publicKey)
        #expect(try CertificateRequest(pem: made.pem) == made)
    }

    @Test("a request for no names at all has no extensions")
    func bare() throws {
        let request = try CertificateRequest.make(subject: .empty, names: [], key: TestKeys.key("web"))
        #expect(request.extensions.all.isEmpty)
        #expect(request.subject.isEmpty)
    }

    @Test("C07: whatever a request asks for can be seen by the authority")
    func smuggled() throws {
        let request = try CertificateRequest.make(
            subject: .empty,
            extensions: [
                .basicConstraints(BasicConstraints(isAuthority: true)), .keyUsage(.keyCertSign),
                .extendedKeyUsage(ExtendedKeyUsage(.any)),
                Extension(ObjectIdentifier(1, 2, 3), isCritical: true, value: []),
            ], key: TestKeys.key("web"))
        #expect(request.extensions.basicConstraints?.isAuthority == true)
        #expect(request.extensions.keyUsage == .keyCertSign)
        #expect(request.extensions.extendedKeyUsage == ExtendedKeyUsage(.any))
        #expect(request.extensions.unknownCritical == ["1.2.3"])
    }

    /// The parts of a request, signed by the key of `web`, to be put together with one of them changed.
    struct Parts: Sendable {
        var version = der(0x02, [0x00])
        var subject = DistinguishedName.empty.derBytes
        var key = TestKeys.key("web").publicKey.subjectPublicKeyInfo
        var attributes = der(0xA0)
        var algorithm = SignatureAlgorithm.ecdsaSHA256.identifier
        var signer = TestKeys.key("web")
        var afterInformation: [UInt8] = []
        var afterAll: [UInt8] = []

        func encoded() throws -> [UInt8] {
            let information = der(0x30, version, subject, key, attributes, afterInformation)
            return der(0x30, information, algorithm, der(0x03, [0x00] + (try signer.sign(information)))) + afterAll
        }
    }

    private static let challenge = der(
        0x30, der(0x06, ObjectIdentifier(1, 2, 840, 113_549, 1, 9, 7).contents), der(0x31, text(0x0C, "x")))
    private static let extensionRequest = der(0x06, ObjectIdentifier(1, 2, 840, 113_549, 1, 9, 14).contents)
    private static let oneExtension = der(0x30, der(0x30, der(0x06, [0x2A]), der(0x04)))

    @Test("other attributes are named and not read")
    func otherAttributes() throws {
        var parts = Parts()
        parts.attributes = der(0xA0, Self.challenge)
        let request = try CertificateRequest(der: parts.encoded())
        #expect(request.otherAttributes.map(\.description) == ["1.2.840.113549.1.9.7"])
        #expect(try request.verifiedPublicKey() == TestKeys.key("web").publicKey)
    }

    @Test("a request signed by another key than its own proves nothing")
    func notPossessed() throws {
        var parts = Parts()
        parts.signer = TestKeys.key("somebody else")
        let request = try CertificateRequest(der: parts.encoded())
        #expect(throws: CertificateFailure.possessionNotProved) { try request.verifiedPublicKey() }
    }

    @Test("a request with one bit changed proves nothing")
    func tampered() throws {
        let made = try CertificateRequest.make(
            subject: TestPKI.name("web"), names: Self.names, key: TestKeys.key("web"))
        var bytes = made.der
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("web.example".utf8)) })
        bytes[place] = UInt8(ascii: "x")
        let request = try CertificateRequest(der: bytes)
        #expect(throws: CertificateFailure.possessionNotProved) { try request.verifiedPublicKey() }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let isExpected: @Sendable (CertificateFailure) -> Bool
        let spoil: @Sendable (inout Parts) -> Void

        init(
            _ name: String, _ isExpected: @escaping @Sendable (CertificateFailure) -> Bool,
            _ spoil: @escaping @Sendable (inout Parts) -> Void
        ) {
            testDescription = name
            self.isExpected = isExpected
            self.spoil = spoil
        }

        init(
            _ name: String, _ field: CertificateField, _ reason: DERFailure.Reason,
            _ spoil: @escaping @Sendable (inout Parts) -> Void
        ) {
            self.init(
                name,
                {
                    guard case .malformed(field, let failure) = $0 else { return false }
                    return failure.reason == reason
                }, spoil)
        }
    }

    @Test(
        "refuses",
        arguments: [
            Case("another version", { $0 == .unknownVersion(1) }) { $0.version = der(0x02, [0x01]) },
            Case("no version", .version, .unexpectedTag(expected: 0x02, found: 0x30)) { $0.version = [] },
            Case("no attributes field", .attributes, .missing(expected: 0xA0)) { $0.attributes = [] },
            Case("bytes after the request", .request, .trailingBytes(count: 1)) { $0.afterAll = [0] },
            Case("an element after the attributes", .attributes, .trailingBytes(count: 2)) {
                $0.afterInformation = der(0x05)
            },
            Case("a key we do not support", { $0 == .key(.unsupportedKeyAlgorithm(oid: "1.2")) }) {
                $0.key = der(0x30, der(0x30, der(0x06, [0x2A])), der(0x03, [0x00, 0x01]))
            },
            Case("a weak algorithm", { $0 == .key(.refusedSignatureAlgorithm(name: "ecdsa-with-SHA1")) }) {
                $0.algorithm = der(0x30, der(0x06, ObjectIdentifier(1, 2, 840, 10_045, 4, 1).contents))
            },
            Case("an attribute twice", { $0 == .duplicateAttribute(ObjectIdentifier(1, 2, 840, 113_549, 1, 9, 7)) }) {
                $0.attributes = der(0xA0, challenge, challenge)
            },
            Case("an attribute without values", .attributes, .empty) {
                $0.attributes = der(0xA0, der(0x30, der(0x06, [0x2A]), der(0x31)))
            },
            Case("seventeen attributes", { $0 == .tooManyAttributes(limit: 16) }) {
                $0.attributes = der(0xA0, (0..<17).flatMap { der(0x30, der(0x06, [0x2A, $0]), der(0x31, der(0x05))) })
            },
            Case("two lists of extensions in one attribute", .attributes, .trailingBytes(count: 9)) {
                $0.attributes = der(0xA0, der(0x30, extensionRequest, der(0x31, oneExtension, oneExtension)))
            },
            Case("a malformed extension", .extension(.keyUsage), .empty) {
                let extensions = der(
                    0x30, der(0x30, der(0x06, ObjectIdentifier.keyUsage.contents), der(0x04, [0x03, 0x01, 0x00])))
                $0.attributes = der(0xA0, der(0x30, extensionRequest, der(0x31, extensions)))
            },
        ])
    func malformed(_ one: Case) throws {
        var parts = Parts()
        one.spoil(&parts)
        let encoded = try parts.encoded()
        let failure = #expect(throws: CertificateFailure.self) { _ = try CertificateRequest(der: encoded) }
        #expect(failure.map(one.isExpected) == true, "refused as \(String(describing: failure))")
    }

    @Test("PEM of something else, or of two requests, is refused")
    func pem() throws {
        let made = try CertificateRequest.make(subject: .empty, names: [], key: TestKeys.key("web"))
        #expect(throws: CertificateFailure.noCertificate) { try CertificateRequest(pem: "nothing") }
        #expect(throws: CertificateFailure.unexpectedLabel("CERTIFICATE")) {
            try CertificateRequest(pem: TestPKI.goodChain().anchor.pem)
        }
        #expect(throws: CertificateFailure.unexpectedLabel("CERTIFICATE REQUEST")) {
            try CertificateRequest(pem: made.pem + made.pem)
        }
    }
}
