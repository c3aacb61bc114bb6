import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import Testing

@testable import SymbolonAuthority

/// A certificate about to be signed, good until it is spoiled.
struct Draft: Sendable {
    var profile: CertificateProfile
    var tbs: TBSCertificate
    var issuer: LintIssuer
    let configuration: AuthorityConfiguration

    var findings: [LintFinding] {
        Lint.check(tbs: tbs.derBytes(), against: profile, issuer: issuer, configuration: configuration)
    }

    mutating func replace(_ identifier: ObjectIdentifier, with other: Extension?) {
        tbs.extensions = tbs.extensions.compactMap { $0.identifier == identifier ? other : $0 }
    }

    mutating func name(_ names: [GeneralName], isCritical: Bool = false) {
        replace(.subjectAlternativeName, with: .subjectAlternativeName(names, isCritical: isCritical))
    }

    static func leaf(_ profile: CertificateProfile = .service) throws -> Draft {
        let configuration = try AuthorityConfiguration.example
        let issuer = try issuing()
        var template = CertificateTemplate(
            serialNumber: try SerialNumber(magnitude: [0x40] + [UInt8](repeating: 7, count: 19)),
            signatureAlgorithm: .ecdsaSHA256, issuer: issuer.name, notBefore: noon - 60, notAfter: noon + .day,
            subject: try DistinguishedName(commonName: "web", organization: configuration.organisation),
            publicKey: TestKeys.key("leaf").publicKey)
        template.keyUsage = profile.keyUsage
        template.extendedKeyUsage = ExtendedKeyUsage(profile.extendedKeyUsage)
        template.authorityKeyIdentifier = issuer.keyIdentifier
        template.subjectAlternativeNames = [.uri("spiffe://example.internal/web")]
        return Draft(profile: profile, tbs: tbs(template), issuer: issuer, configuration: configuration)
    }

    static func authority() throws -> Draft {
        let configuration = try AuthorityConfiguration.example
        let rootName = try DistinguishedName(commonName: "Root", organization: configuration.organisation)
        let issuer = LintIssuer(
            selfSigned: rootName, key: TestKeys.key("root").publicKey, signingWith: .ecdsaSHA256)
        var template = CertificateTemplate(
            serialNumber: try SerialNumber(magnitude: [0x40] + [UInt8](repeating: 7, count: 19)),
            signatureAlgorithm: .ecdsaSHA256, issuer: rootName, notBefore: noon - 60, notAfter: noon + 3650 * .day,
            subject: rootName, publicKey: TestKeys.key("root").publicKey)
        template.keyUsage = [.keyCertSign, .crlSign]
        template.basicConstraints = BasicConstraints(isAuthority: true, pathLength: 1)
        template.authorityKeyIdentifier = issuer.keyIdentifier
        template.subjectAlternativeNames = [.uri("spiffe://example.internal")]
        return Draft(profile: .root, tbs: tbs(template), issuer: issuer, configuration: configuration)
    }

    private static func issuing() throws -> LintIssuer {
        let key = TestKeys.key("issuing")
        let subject = try DistinguishedName(commonName: "Issuing", organization: "example.internal")
        var template = CertificateTemplate(
            serialNumber: try SerialNumber(magnitude: [0x41]), signatureAlgorithm: .ecdsaSHA256,
            issuer: try DistinguishedName(commonName: "Root"), notBefore: noon - .hour, notAfter: noon + 500 * .day,
            subject: subject, publicKey: key.publicKey)
        template.basicConstraints = BasicConstraints(isAuthority: true, pathLength: 0)
        let certificate = try Certificate.assemble(
            tbs: template.derBytes(), algorithm: .ecdsaSHA256, signature: [])
        return try #require(LintIssuer(certificate, signingWith: .ecdsaSHA256))
    }

    private static func tbs(_ template: CertificateTemplate) -> TBSCertificate {
        TBSCertificate(
            serialNumber: template.serialNumber.contents, signatureAlgorithm: template.signatureAlgorithm.identifier,
            issuer: template.issuer, notBefore: CertificateTime(template.notBefore),
            notAfter: CertificateTime(template.notAfter), subject: template.subject,
            subjectPublicKeyInfo: template.publicKey.subjectPublicKeyInfo, extensions: template.extensions)
    }
}
