import SymbolonCertificates
import SymbolonKeys

/// An authority's certificates, read and found to belong together.
struct AuthorityParts: Sendable {
    let configuration: AuthorityConfiguration
    let root: Certificate
    let rootKey: PublicKey
    let issuing: Certificate
    let issuer: LintIssuer

    init(_ record: AuthorityRecord, signer: any CertificateSigner) throws(AuthorityFailure) {
        configuration = record.configuration
        root = try Self.read(record.rootCertificate, .root)
        issuing = try Self.read(record.issuingCertificate, .issuing)
        guard let rootKey = root.publicKey, issuing.isSigned(by: rootKey), issuing.issuer == root.subject else {
            throw .notFromRoot
        }
        self.rootKey = rootKey
        guard issuing.publicKey == signer.publicKey,
            let issuer = LintIssuer(issuing, signingWith: signer.signatureAlgorithm)
        else { throw .keyDoesNotFit(.issuing) }
        self.issuer = issuer
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
