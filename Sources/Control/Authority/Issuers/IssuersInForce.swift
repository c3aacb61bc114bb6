import SymbolonCertificates
import SymbolonKeys

/// What an authority issues with, and what it issued with before: read together, and replaced together.
struct IssuersInForce: Sendable {
    let root: Certificate
    let issuing: SigningIssuer
    /// Every one that there is or was.
    let all: [Issuer]

    init(
        _ record: AuthorityRecord, _ issuers: [Issuer], signer: any CertificateSigner
    ) throws(AuthorityFailure) {
        root = try Self.read(record.rootCertificate, .root)
        let certificate = try Self.read(record.issuingCertificate, .issuing)
        guard let rootKey = root.publicKey, certificate.isSigned(by: rootKey), certificate.issuer == root.subject else {
            throw .notFromRoot
        }
        guard let issuing = SigningIssuer(certificate, signer: signer) else { throw .keyDoesNotFit(.issuing) }
        self.issuing = issuing
        all = issuers
    }

    private static func read(
        _ der: [UInt8], _ part: AuthorityFailure.Certificate
    ) throws(AuthorityFailure) -> Certificate {
        do {
            return try Certificate(der: der)
        } catch {
            throw .certificate(part, error)
        }
    }
}
