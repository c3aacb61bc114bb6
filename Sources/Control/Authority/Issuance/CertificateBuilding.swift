import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation

extension CertificateProfile {
    /// The bytes of a leaf or responder certificate for a request that was authorized.
    func leaf(
        for request: AuthorizedRequest, serialNumber: SerialNumber, configuration: AuthorityConfiguration,
        issuer: LintIssuer
    ) throws(CertificateFailure) -> [UInt8] {
        var template = try template(
            serialNumber: serialNumber, issuer: issuer, validity: (request.notBefore, request.notAfter),
            subject: DistinguishedName(
                commonName: Self.commonName(request.name), organization: configuration.organisation),
            key: request.publicKey)
        template.subjectAlternativeNames = request.names.map { GeneralName($0) }
        if role == .responder {
            // RFC 6960 §4.2.2.2.1: a NULL.
            template.otherExtensions = [Extension(.ocspNoCheck, isCritical: false, value: [0x05, 0x00])]
        } else if let address = configuration.publishedAt.first {
            let list = address.list(of: issuer.publicKey.fingerprint, .shard(of: serialNumber), .complete)
            template.otherExtensions = [
                .distributionPoints(.cRLDistributionPoints, [list]),
                ResponderAddress.extension(address.responder(of: issuer.publicKey.fingerprint)),
            ]
        }
        return template.derBytes()
    }

    /// For people only, so what is too long for it (a proved DNS name may be) is cut off. A name that was proved stands
    /// without its folder: some clients, certbot and Caddy among them, take a common name for a name to renew.
    private static func commonName(_ name: String) -> String {
        let segments = name.split(separator: "/", maxSplits: 1).map(String.init)
        let shown =
            switch segments.first {
            case "host" where segments.count == 2: segments[1]
            case "wildcard" where segments.count == 2: "*." + segments[1]
            case "address" where segments.count == 2: String(segments[1].map { $0 == "-" ? ":" : $0 })
            default: name
            }
        return String(shown.prefix(DistinguishedName.longestText))
    }

    /// The bytes of a root or issuing certificate.
    func authority(
        _ subject: DistinguishedName, key: PublicKey, pathLength: Int, of configuration: AuthorityConfiguration,
        serialNumber: SerialNumber, validity: (notBefore: Date, notAfter: Date), issuer: LintIssuer
    ) -> [UInt8] {
        var template = template(
            serialNumber: serialNumber, issuer: issuer, validity: validity, subject: subject, key: key)
        template.basicConstraints = BasicConstraints(isAuthority: true, pathLength: pathLength)
        template.subjectAlternativeNames = [GeneralName(.spiffe(configuration.trustDomain.id))]
        if !issuer.isSelfSigned, let address = configuration.publishedAt.first {
            let list = address.list(of: issuer.publicKey.fingerprint, .whole, .complete)
            template.otherExtensions = [.distributionPoints(.cRLDistributionPoints, [list])]
        }
        return template.derBytes()
    }

    private func template(
        serialNumber: SerialNumber, issuer: LintIssuer, validity: (notBefore: Date, notAfter: Date),
        subject: DistinguishedName, key: PublicKey
    ) -> CertificateTemplate {
        var template = CertificateTemplate(
            serialNumber: serialNumber, signatureAlgorithm: issuer.signatureAlgorithm, issuer: issuer.name,
            notBefore: validity.notBefore, notAfter: validity.notAfter, subject: subject, publicKey: key)
        template.keyUsage = keyUsage
        template.extendedKeyUsage = ExtendedKeyUsage(extendedKeyUsage)
        template.authorityKeyIdentifier = issuer.keyIdentifier
        return template
    }
}
