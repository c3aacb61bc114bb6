import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames

/// The value of a name constraints extension, read where it stands in a certificate.
struct FuzzedConstraints {
    private let constraints: NameConstraints
    private let subject: DistinguishedName

    /// Nil when it cannot be read.
    init?(_ input: [UInt8]) {
        guard let parsed = try? Certificate(der: Self.certificate(with: input)),
            let constraints = parsed.extensions.nameConstraints
        else { return nil }
        self.constraints = constraints
        subject = parsed.subject
    }

    func judge() {
        _ = constraints.violation(by: subject.folded)?.explanation
        for name in Self.names { _ = constraints.violation(by: name)?.explanation }
        for tag in UInt8(0)...9 { _ = constraints.violation(byKind: tag)?.explanation }
        // Each subtree says itself what lies in it.
        for subtree in constraints.permitted + constraints.excluded {
            if let name = try? SubjectName(subtree.description) { _ = constraints.violation(by: name) }
        }
    }

    private static let names: [SubjectName] = [
        "dns:web.example.internal", "dns:*.example.internal", "ip:127.0.0.1", "ip:fd00::1",
        "mail:alice@example.internal",
        "spiffe://example.internal/web", "uri:https://web.example.internal:443/a?b#c", "uri:urn:example:a",
    ].compactMap { try? SubjectName($0) }

    /// Nobody looks at the signature.
    private static func certificate(with value: [UInt8]) -> [UInt8] {
        let algorithm = key.signatureAlgorithm.identifier
        let tbs = TBSCertificate(
            serialNumber: [1], signatureAlgorithm: algorithm, issuer: name, notBefore: time, notAfter: time,
            subject: name, subjectPublicKeyInfo: key.publicKey.subjectPublicKeyInfo,
            extensions: [Extension(.nameConstraints, isCritical: true, value: value)])
        return Certificate.encoding(tbs: tbs.derBytes(), algorithmIdentifier: algorithm, signature: [0])
    }

    private static let key = SigningKey.make(.p256)
    private static let time = CertificateTime(Date(timeIntervalSince1970: 0))
    private static let name = (try? DistinguishedName(commonName: "web", organization: "Example")) ?? .empty
}
