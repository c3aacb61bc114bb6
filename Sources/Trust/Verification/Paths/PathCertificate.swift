import Crypto
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames

/// A certificate parsed once, with what every check asks of it at hand; shared, never copied.
final class PathCertificate: Sendable {
    let certificate: Certificate
    let key: Result<PublicKey, KeyFailure>
    /// SHA-256 of the exact bytes; only made where a cache will ask for it.
    let digest: SHA256Digest?
    /// The subject alternative names of the kinds we know, or why one of them is no such name.
    let names: Result<[SubjectName], NameFailure>
    let extensions: CertificateExtensions
    /// Kept for authorities, whose paths ask for it again and again; comparing two names is dear.
    private let authorityIsSelfIssued: Bool?

    init(_ certificate: Certificate, digest: SHA256Digest? = nil) {
        self.certificate = certificate
        self.digest = digest
        self.key = certificate.key
        self.names = Self.names(of: certificate)
        self.extensions = certificate.extensions
        let isAuthority = extensions.basicConstraints?.isAuthority ?? false
        self.authorityIsSelfIssued = isAuthority ? certificate.isSelfIssued : nil
    }

    /// RFC 5280 §3.2: the same name stands in issuer and subject.
    var isSelfIssued: Bool { authorityIsSelfIssued ?? certificate.isSelfIssued }

    var publicKey: PublicKey? { try? key.get() }

    /// RFC 5280 §4.2.1.9: the key may verify certificate signatures.
    var isAuthority: Bool { extensions.basicConstraints?.isAuthority ?? false }

    /// The names that parsed, for reports that must not fail a second time.
    var knownNames: [SubjectName] { (try? names.get()) ?? [] }

    /// What a person calls this certificate: its subject, or its first name when the subject is empty.
    var displaySubject: String {
        guard certificate.subject.isEmpty else { return certificate.subject.shown }
        return knownNames.first?.description ?? "serial \(certificate.serialNumber)"
    }

    private static func names(of certificate: Certificate) -> Result<[SubjectName], NameFailure> {
        guard let presented = certificate.extensions.subjectAlternativeNames else { return .success([]) }
        var names: [SubjectName] = []
        names.reserveCapacity(presented.count)
        for name in presented {
            do throws(NameFailure) {
                if let known = try name.subjectName() { names.append(known) }
            } catch {
                return .failure(error)
            }
        }
        return .success(names)
    }
}

extension Certificate {
    /// The key, or why it is none to believe.
    fileprivate var key: Result<PublicKey, KeyFailure> {
        if let publicKey { return .success(publicKey) }
        return .failure(publicKeyFailure ?? .malformed(structure: "SubjectPublicKeyInfo", field: "subjectPublicKey"))
    }
}
