public import SymbolonCertificates
public import SymbolonKeys

/// An issuer whose key is at hand: it signs certificates while it is active, and its lists to the end.
public struct SigningIssuer: Sendable {
    public let certificate: Certificate
    public let signer: any CertificateSigner
    let issuer: LintIssuer

    /// Nil when this is not the key that the certificate names, or the certificate is none of an issuer.
    public init?(_ certificate: Certificate, signer: any CertificateSigner) {
        guard certificate.publicKey == signer.publicKey,
            let issuer = LintIssuer(certificate, signingWith: signer.signatureAlgorithm)
        else { return nil }
        self.certificate = certificate
        self.signer = signer
        self.issuer = issuer
    }

    /// By which what it signs is told from another's.
    public var key: KeyFingerprint { issuer.publicKey.fingerprint }
}
