import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import Testing

@testable import SymbolonAuthority

@Suite("C07: a PKCS #10 request brings its key, and nothing that was not asked for beside it")
struct CertificateRequestTests {
    private static let key = TestKeys.key("requester")

    private func asking(
        subject: DistinguishedName = .empty, _ extensions: [Extension]
    ) throws -> CertificateRequest {
        try CertificateRequest.make(subject: subject, extensions: extensions, key: Self.key)
    }

    private func take(
        _ request: CertificateRequest, _ profile: ProfileName = .service, name: String = "web",
        names: [SubjectName] = []
    ) throws(RequestFailure) -> IssuanceRequest {
        let configuration: AuthorityConfiguration
        do {
            configuration = try .example
        } catch {
            preconditionFailure("the example configuration is refused: \(error)")
        }
        return try IssuanceRequest(
            request, profile: profile, name: name, names: names, actor: "operator", configuration: configuration)
    }

    static let leaves = CertificateProfile.all.filter(\.isForLeaves)

    struct Smuggled: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let content: Extension
        let failure: @Sendable (CertificateProfile) -> RequestFailure
    }

    private static func unknown(
        _ name: String, _ identifier: ObjectIdentifier, _ isCritical: Bool = false, value: [UInt8] = [5, 0]
    ) -> Smuggled {
        Smuggled(
            testDescription: name, content: Extension(identifier, isCritical: isCritical, value: value),
            failure: { _ in .extension(identifier) })
    }

    /// One policy: anyPolicy.
    private static let policies: [UInt8] = [0x30, 8, 0x30, 6, 6, 4, 0x55, 0x1D, 0x20, 0]
    /// An OCSP responder at http://a.
    private static let access: [UInt8] =
        [0x30, 22, 0x30, 20, 6, 8, 0x2B, 6, 1, 5, 5, 7, 0x30, 1, 0x86, 8] + Array("http://a".utf8)

    static let smuggled = [
        Smuggled(
            testDescription: "cA true", content: .basicConstraints(BasicConstraints(isAuthority: true)),
            failure: { _ in .authority }),
        Smuggled(
            testDescription: "cA false with a path length",
            content: .basicConstraints(BasicConstraints(isAuthority: false, pathLength: 0)),
            failure: { _ in .authority }),
        Smuggled(
            testDescription: "keyCertSign", content: .keyUsage([.digitalSignature, .keyCertSign]),
            failure: { .keyUsage([.digitalSignature, .keyCertSign], allowed: $0.keyUsage) }),
        Smuggled(
            testDescription: "keyEncipherment", content: .keyUsage(.keyEncipherment),
            failure: { .keyUsage(.keyEncipherment, allowed: $0.keyUsage) }),
        Smuggled(
            testDescription: "any purpose", content: .extendedKeyUsage(ExtendedKeyUsage(.any)),
            failure: { .extendedKeyUsage(.any, allowed: $0.extendedKeyUsage) }),
        Smuggled(
            testDescription: "code signing", content: .extendedKeyUsage(ExtendedKeyUsage(.codeSigning)),
            failure: { .extendedKeyUsage(.codeSigning, allowed: $0.extendedKeyUsage) }),
        Smuggled(
            testDescription: "OCSP signing", content: .extendedKeyUsage(ExtendedKeyUsage(.ocspSigning)),
            failure: { .extendedKeyUsage(.ocspSigning, allowed: $0.extendedKeyUsage) }),
        Smuggled(
            testDescription: "name constraints",
            content: Extension(.nameConstraints, isCritical: true, value: [0x30, 6, 0xA0, 4, 0x30, 2, 0x82, 0]),
            failure: { _ in .extension(.nameConstraints) }),
        Smuggled(
            testDescription: "a subject key identifier", content: .subjectKeyIdentifier([1]),
            failure: { _ in .extension(.subjectKeyIdentifier) }),
        Smuggled(
            testDescription: "an authority key identifier",
            content: .authorityKeyIdentifier(AuthorityKeyIdentifier(keyIdentifier: [1])),
            failure: { _ in .extension(.authorityKeyIdentifier) }),
        unknown("certificate policies", ObjectIdentifier(2, 5, 29, 32), value: policies),
        unknown("policy constraints", ObjectIdentifier(2, 5, 29, 36), true, value: [0x30, 3, 0x80, 1, 0]),
        unknown("CRL distribution points", ObjectIdentifier(2, 5, 29, 31)),
        unknown("authority information access", ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 1, 1), value: access),
        unknown("the TLS feature extension", ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 1, 24)),
        unknown("an unknown extension", ObjectIdentifier(1, 2, 3, 4)),
        unknown("an unknown critical extension", ObjectIdentifier(1, 2, 3, 5), true),
    ]

    @Test("C07: an extension is refused by name under every profile", arguments: smuggled, leaves.map(\.name))
    func smuggledExtension(_ smuggled: Smuggled, _ profile: ProfileName) throws {
        let failure = smuggled.failure(.named(profile))
        let request = try asking([smuggled.content])
        #expect(throws: failure) { try take(request, profile) }
        let own = try asking([
            .subjectAlternativeName([.uri("spiffe://example.internal/web")], isCritical: true), smuggled.content,
        ])
        #expect(throws: failure) { try take(own, profile) }
    }

    struct NameKind: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let name: GeneralName
        /// `nil` when the kind is never taken or the text is no name.
        let parsed: String?
    }

    static let nameKinds = [
        NameKind(
            testDescription: "dNSName", name: .dns("other.example.internal"), parsed: "dns:other.example.internal"),
        NameKind(
            testDescription: "wildcard dNSName", name: .dns("*.other.example.internal"),
            parsed: "dns:*.other.example.internal"),
        NameKind(testDescription: "dNSName from outside", name: .dns("example.com"), parsed: "dns:example.com"),
        NameKind(testDescription: "dNSName with NUL", name: .dns("web.example.internal\u{0}.evil"), parsed: nil),
        NameKind(testDescription: "dNSName that is an address", name: .dns("10.0.0.1"), parsed: nil),
        NameKind(testDescription: "empty dNSName", name: .dns(""), parsed: nil),
        NameKind(testDescription: "iPAddress", name: .ip([10, 0, 0, 1]), parsed: "ip:10.0.0.1"),
        NameKind(testDescription: "iPAddress from outside", name: .ip([8, 8, 8, 8]), parsed: "ip:8.8.8.8"),
        NameKind(testDescription: "iPAddress that is a range", name: .ip([0, 0, 0, 0, 0, 0, 0, 0]), parsed: nil),
        NameKind(
            testDescription: "rfc822Name", name: .mail("root@example.internal"), parsed: "mail:root@example.internal"),
        NameKind(testDescription: "rfc822Name that is a domain", name: .mail("example.internal"), parsed: nil),
        NameKind(
            testDescription: "another SPIFFE ID", name: .uri("spiffe://example.internal/person/root"),
            parsed: "spiffe://example.internal/person/root"),
        NameKind(
            testDescription: "another URI", name: .uri("https://example.internal/"),
            parsed: "uri:https://example.internal/"),
        NameKind(testDescription: "SPIFFE in upper case", name: .uri("SPIFFE://example.internal/web"), parsed: nil),
        NameKind(testDescription: "directoryName", name: .directory(.empty), parsed: nil),
        NameKind(testDescription: "otherName", name: .other(tag: 0, [6, 1, 0x2A, 0xA0, 2, 5, 0]), parsed: nil),
        NameKind(testDescription: "registeredID", name: .other(tag: 8, [0x2A]), parsed: nil),
    ]

    @Test("C07: a name that was not asked for is refused under every profile", arguments: nameKinds, leaves.map(\.name))
    func nameNotAskedFor(_ kind: NameKind, _ profile: ProfileName) throws {
        let request = try asking([.subjectAlternativeName([kind.name], isCritical: true)])
        do {
            let taken = try take(request, profile)
            Issue.record("taken: \(taken.names)")
        } catch {
            switch error {
            case .nameNotAskedFor(let name): #expect(name.description == kind.parsed)
            case .malformedName, .nameKind: #expect(kind.parsed == nil)
            default: Issue.record("\(error)")
            }
        }
    }

    @Test(
        "C07: asking for the name beside the request does not get it past the profile or the configuration",
        arguments: nameKinds.filter { $0.parsed != nil }, leaves.map(\.name))
    func namesAskedFor(_ kind: NameKind, _ profile: ProfileName) async throws {
        let name = try SubjectName(#require(kind.parsed))
        let house = try await House()
        let request = try asking([.subjectAlternativeName([kind.name], isCritical: true)])
        let taken = try take(request, profile, names: [name])
        let policy = NamePolicy(configuration: house.authority.configuration, profile: .named(profile))
        let identity = try house.authority.configuration.identity(
            "web", form: profile == .mail ? .mailbox : .plain, names: [name])
        let allowed = (try? policy.check(name, beside: identity)) != nil
        do {
            let issued = try await house.authority.issue(taken)
            #expect(allowed)
            #expect(issued.certificate.extensions.subjectAlternativeNames?.contains(kind.name) == true)
        } catch .name {
            #expect(!allowed)
        }
    }

    @Test("the honest request: its key is certified under the names asked for")
    func honest() async throws {
        let names = try [dns("web.example.internal"), ip("10.0.0.1")]
        let written: [GeneralName] = [
            .dns("web.example.internal"), .ip([10, 0, 0, 1]), .uri("spiffe://example.internal/web"),
        ]
        let request = try asking(
            subject: DistinguishedName(commonName: "web.example.internal", organization: "Whatever"),
            [
                .subjectAlternativeName(written, isCritical: false),
                .basicConstraints(BasicConstraints(isAuthority: false)), .keyUsage(.digitalSignature),
                .extendedKeyUsage(ExtendedKeyUsage(.serverAuth)),
            ])
        let house = try await House()
        let issued = try await house.authority.issue(take(request, names: names))
        #expect(issued.certificate.publicKey == Self.key.publicKey)
        #expect(
            issued.certificate.extensions.subjectAlternativeNames == [
                .uri("spiffe://example.internal/web"), .dns("web.example.internal"), .ip([10, 0, 0, 1]),
            ])
        #expect(issued.certificate.subject.texts(of: .organizationName) == ["example.internal"])
    }

    @Test("an empty request brings its key")
    func empty() throws {
        #expect(try take(asking([])).publicKey == Self.key.publicKey)
    }

    @Test("a request that is not signed by its key is refused")
    func possession() throws {
        var der = try asking([]).der
        der[der.count - 1] ^= 1
        let forged = try CertificateRequest(der: der)
        #expect(throws: RequestFailure.certificate(.possessionNotProved)) { try take(forged) }
    }

    @Test("an attribute that asks for something else is refused, such as a challenge password")
    func attributes() throws {
        // RFC 2985 §5.4.1: challengePassword.
        let type: [UInt8] = [6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 7]
        let attribute = element(0x30, type + element(0x31, element(0x0C, Array("secret".utf8))))
        let information = element(
            0x30, [2, 1, 0, 0x30, 0] + Self.key.publicKey.subjectPublicKeyInfo + element(0xA0, attribute))
        let signature = try element(3, [0] + Self.key.sign(information))
        let request = try CertificateRequest(
            der: element(0x30, information + Self.key.signatureAlgorithm.identifier + signature))
        #expect(throws: RequestFailure.attribute(ObjectIdentifier(1, 2, 840, 113_549, 1, 9, 7))) { try take(request) }
    }

    @Test("a subject that names somebody else is refused", arguments: ["root", "web.example.com", "Web", "web "])
    func subject(_ text: String) throws {
        let subject = try DistinguishedName(commonName: text)
        #expect(throws: RequestFailure.subject(subject.description)) { try take(asking(subject: subject, [])) }
    }

    @Test("no request gets an authority's profile", arguments: [ProfileName.root, .issuing])
    func profiles(_ profile: ProfileName) throws {
        #expect(throws: RequestFailure.profileIsNotForLeaves(profile)) { try take(asking([]), profile) }
    }
}
