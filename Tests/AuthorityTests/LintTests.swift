import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import Testing

@testable import SymbolonAuthority

@Suite("Before signing: one thing wrong, and the lint names its clause")
struct LintTests {
    struct Spoiled: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let rules: [LintRule]
        let spoil: @Sendable (inout Draft) throws -> Void

        init(_ name: String, _ rules: LintRule..., spoil: @escaping @Sendable (inout Draft) throws -> Void) {
            testDescription = name
            self.rules = rules
            self.spoil = spoil
        }
    }

    @Test("the honest leaf and the honest root have no finding")
    func honest() throws {
        #expect(try Draft.leaf().findings == [])
        #expect(try Draft.authority().findings == [])
    }

    static let leaves = [
        Spoiled("version 1", .version) { $0.tbs.version = 1 },
        Spoiled("a serial number of zero", .serialNumber, .serialNumber) { $0.tbs.serialNumber = [0] },
        Spoiled("a negative serial number", .serialNumber) { $0.tbs.serialNumber[0] = 0xC0 },
        Spoiled("a serial number of 21 octets", .serialNumber) {
            $0.tbs.serialNumber = [0, 0x80] + $0.tbs.serialNumber.dropFirst()
        },
        Spoiled("a short serial number", .serialNumber) { $0.tbs.serialNumber = [0x40, 1] },
        Spoiled("another signature algorithm", .wellFormed) {
            $0.tbs.signatureAlgorithm = SignatureAlgorithm.ecdsaSHA384.identifier
        },
        Spoiled("another issuer", .issuer) { $0.tbs.issuer = try DistinguishedName(commonName: "Other") },
        Spoiled("a time in the wrong form", .validityForm) {
            $0.tbs.notBefore = $0.tbs.notBefore.written(as: .generalizedTime)
        },
        Spoiled("an end before the beginning", .validityOrder) { $0.tbs.notAfter = CertificateTime(noon - 61) },
        Spoiled("a life above the profile's", .life) {
            $0.tbs.notAfter = CertificateTime(noon + CertificateProfile.service.maximumLife.wholeSeconds + 1)
        },
        Spoiled("C06: an end after the issuer's", .life, .withinIssuer) {
            $0.tbs.notAfter = CertificateTime(noon + 501 * .day)
        },
        Spoiled("a beginning before the issuer's", .withinIssuer) {
            $0.tbs.notBefore = CertificateTime(noon - .hour - 1)
        },
        Spoiled("no subject", .subject, .subjectAlternativeName) { $0.tbs.subject = .empty },
        Spoiled("a subject of another organisation", .subject) {
            $0.tbs.subject = try DistinguishedName(commonName: "web", organization: "Other")
        },
        Spoiled("the issuer's name as subject", .subject) { $0.tbs.subject = $0.issuer.name },
        Spoiled("the issuer's key", .subjectKey) {
            let key = TestKeys.key("issuing").publicKey
            $0.tbs.subjectPublicKeyInfo = key.subjectPublicKeyInfo
            $0.replace(.subjectKeyIdentifier, with: .subjectKeyIdentifier(key.keyIdentifier))
        },
        Spoiled("a key that cannot be read", .subjectKey, .subjectKeyIdentifier) {
            $0.tbs.subjectPublicKeyInfo = [0x30, 9, 0x30, 3, 6, 1, 0x2A, 3, 2, 0, 5]
        },
        Spoiled("C07: an authority", .basicConstraints) {
            $0.tbs.extensions.append(.basicConstraints(BasicConstraints(isAuthority: true)))
        },
        Spoiled("basic constraints on a leaf", .basicConstraints) {
            $0.tbs.extensions.append(.basicConstraints(BasicConstraints(isAuthority: false)))
        },
        Spoiled("no key usage", .keyUsage) { $0.replace(.keyUsage, with: nil) },
        Spoiled("key usage beyond the profile", .keyUsage) {
            $0.replace(.keyUsage, with: .keyUsage([.digitalSignature, .keyCertSign]))
        },
        Spoiled("key usage that is not critical", .keyUsage) {
            let value = $0.tbs.extensions.first { $0.identifier == .keyUsage }?.value ?? []
            $0.replace(.keyUsage, with: Extension(.keyUsage, isCritical: false, value: value))
        },
        Spoiled("no extended key usage", .extendedKeyUsage) { $0.replace(.extendedKeyUsage, with: nil) },
        Spoiled("extended key usage beyond the profile", .extendedKeyUsage) {
            $0.replace(.extendedKeyUsage, with: .extendedKeyUsage(ExtendedKeyUsage(.serverAuth, .clientAuth)))
        },
        Spoiled("any extended key usage", .extendedKeyUsage) {
            $0.replace(.extendedKeyUsage, with: .extendedKeyUsage(ExtendedKeyUsage(.any)))
        },
        Spoiled("critical extended key usage", .extendedKeyUsage) {
            let value = $0.tbs.extensions.first { $0.identifier == .extendedKeyUsage }?.value ?? []
            $0.replace(.extendedKeyUsage, with: Extension(.extendedKeyUsage, isCritical: true, value: value))
        },
        Spoiled("no names", .subjectAlternativeName, .identity) { $0.replace(.subjectAlternativeName, with: nil) },
        Spoiled("critical names under a subject", .subjectAlternativeName) {
            $0.name([.uri("spiffe://example.internal/web")], isCritical: true)
        },
        Spoiled("a name twice", .subjectAlternativeName) {
            $0.name([.uri("spiffe://example.internal/web"), .dns("localhost"), .dns("localhost")])
        },
        Spoiled("a name in upper case", .subjectAlternativeName) {
            $0.name([.uri("spiffe://example.internal/web"), .dns("Web.example.internal")])
        },
        Spoiled("a name of another kind", .subjectAlternativeName) {
            $0.name([.uri("spiffe://example.internal/web"), .other(tag: 0, [6, 1, 0x2A, 0xA0, 2, 5, 0])])
        },
        Spoiled("no SPIFFE ID", .identity) { $0.name([.dns("web.example.internal")]) },
        Spoiled("two SPIFFE IDs", .identity, .permittedNames) {
            $0.name([.uri("spiffe://example.internal/web"), .uri("spiffe://example.internal/web2")])
        },
        Spoiled("a SPIFFE ID and another URI", .identity, .permittedNames) {
            $0.name([.uri("spiffe://example.internal/web"), .uri("https://example.internal/")])
        },
        Spoiled("another trust domain's SPIFFE ID", .identity) { $0.name([.uri("spiffe://example.org/web")]) },
        Spoiled("the trust domain's own SPIFFE ID", .identity) { $0.name([.uri("spiffe://example.internal")]) },
        Spoiled("a person's SPIFFE ID on a service", .identity) {
            $0.name([.uri("spiffe://example.internal/person/alice")])
        },
        Spoiled("a service's SPIFFE ID on a person", .identity) {
            $0.profile = .person
            $0.replace(.extendedKeyUsage, with: .extendedKeyUsage(ExtendedKeyUsage(.clientAuth)))
            $0.tbs.notAfter = CertificateTime(noon + .hour)
        },
        Spoiled("a name that is not permitted", .permittedNames) {
            $0.name([.uri("spiffe://example.internal/web"), .dns("example.com")])
        },
        Spoiled("no subject key identifier", .subjectKeyIdentifier) { $0.replace(.subjectKeyIdentifier, with: nil) },
        Spoiled("another key's identifier", .subjectKeyIdentifier) {
            $0.replace(.subjectKeyIdentifier, with: .subjectKeyIdentifier([1, 2, 3]))
        },
        Spoiled("no authority key identifier", .authorityKeyIdentifier) {
            $0.replace(.authorityKeyIdentifier, with: nil)
        },
        Spoiled("another issuer's key identifier", .authorityKeyIdentifier) {
            $0.replace(
                .authorityKeyIdentifier, with: .authorityKeyIdentifier(AuthorityKeyIdentifier(keyIdentifier: [1])))
        },
        Spoiled("an extension that the profile lacks", .extensions) {
            $0.tbs.extensions.append(Extension(ObjectIdentifier(1, 2, 3), isCritical: true, value: [5, 0]))
        },
        Spoiled("name constraints on a leaf", .extensions) {
            $0.tbs.extensions.append(
                Extension(.nameConstraints, isCritical: true, value: [0x30, 6, 0xA0, 4, 0x30, 2, 0x82, 0]))
        },
        Spoiled("an extension twice", .wellFormed) {
            let usage = $0.tbs.extensions[0]
            $0.tbs.extensions.append(usage)
        },
        Spoiled("C14: an issuing certificate below an issuer of path length 0", .basicConstraints, .pathLength) {
            $0.profile = .issuing
            $0.replace(.keyUsage, with: .keyUsage([.keyCertSign, .crlSign]))
            $0.replace(.extendedKeyUsage, with: nil)
            $0.name([.uri("spiffe://example.internal")])
        },
        Spoiled("C14: the same with cA true and a path length", .pathLength) {
            $0.profile = .issuing
            $0.replace(.keyUsage, with: .keyUsage([.keyCertSign, .crlSign]))
            $0.replace(.extendedKeyUsage, with: nil)
            $0.name([.uri("spiffe://example.internal")])
            $0.tbs.extensions.append(.basicConstraints(BasicConstraints(isAuthority: true, pathLength: 0)))
        },
    ]

    @Test("finds on a leaf", arguments: leaves)
    func leaf(_ spoiled: Spoiled) throws {
        var draft = try Draft.leaf()
        try spoiled.spoil(&draft)
        #expect(draft.findings.map(\.rule) == spoiled.rules)
    }

    static let roots = [
        Spoiled("no basic constraints", .basicConstraints, .pathLength) { $0.replace(.basicConstraints, with: nil) },
        Spoiled("cA false", .basicConstraints) {
            $0.replace(.basicConstraints, with: .basicConstraints(BasicConstraints(isAuthority: false, pathLength: 1)))
        },
        Spoiled("basic constraints that are not critical", .basicConstraints) {
            let value = $0.tbs.extensions.first { $0.identifier == .basicConstraints }?.value ?? []
            $0.replace(.basicConstraints, with: Extension(.basicConstraints, isCritical: false, value: value))
        },
        Spoiled("no path length", .pathLength) {
            $0.replace(.basicConstraints, with: .basicConstraints(BasicConstraints(isAuthority: true)))
        },
        Spoiled("a path length above the profile's", .pathLength) {
            $0.replace(.basicConstraints, with: .basicConstraints(BasicConstraints(isAuthority: true, pathLength: 2)))
        },
        Spoiled("a leaf's key usage", .keyUsage) { $0.replace(.keyUsage, with: .keyUsage(.digitalSignature)) },
        Spoiled("extended key usage", .extendedKeyUsage) {
            $0.tbs.extensions.append(.extendedKeyUsage(ExtendedKeyUsage(.serverAuth)))
        },
        Spoiled("a SPIFFE ID with a path", .identity) { $0.name([.uri("spiffe://example.internal/root")]) },
        Spoiled("another subject than the issuer", .subject) {
            $0.tbs.subject = try DistinguishedName(commonName: "Other", organization: "example.internal")
        },
        Spoiled("another key than its own", .subjectKey) {
            let key = TestKeys.key("leaf").publicKey
            $0.tbs.subjectPublicKeyInfo = key.subjectPublicKeyInfo
            $0.replace(.subjectKeyIdentifier, with: .subjectKeyIdentifier(key.keyIdentifier))
        },
        Spoiled("a life above the profile's", .life) { $0.tbs.notAfter = CertificateTime(noon + 26 * 366 * .day) },
    ]

    @Test("finds on a root", arguments: roots)
    func root(_ spoiled: Spoiled) throws {
        var draft = try Draft.authority()
        try spoiled.spoil(&draft)
        #expect(draft.findings.map(\.rule) == spoiled.rules)
    }

    @Test("bytes that are no TBSCertificate, or have some after it, are found")
    func notCertificates() throws {
        let draft = try Draft.leaf()
        let good = draft.tbs.derBytes()
        for tbs in [[], [0x30], Array(good.dropLast()), good + [5, 0], [UInt8](repeating: 0xFF, count: 40)] {
            let findings = Lint.check(
                tbs: tbs, against: .service, issuer: draft.issuer, configuration: draft.configuration)
            #expect(findings.map(\.rule) == [.wellFormed])
        }
    }

    @Test("no bit flipped in what is to be signed makes the lint trap")
    func everyBit() throws {
        let draft = try Draft.leaf()
        let good = draft.tbs.derBytes()
        for index in 0..<good.count * 8 {
            var tbs = good
            tbs[index / 8] ^= 1 << UInt8(index % 8)
            _ = Lint.check(tbs: tbs, against: .service, issuer: draft.issuer, configuration: draft.configuration)
        }
    }
}
