import Foundation
public import SymbolonCertificates
public import SymbolonKeys

/// What a certificate must agree with in its issuer.
public struct LintIssuer: Sendable {
    let name: DistinguishedName
    let publicKey: PublicKey
    let keyIdentifier: [UInt8]
    let signatureAlgorithm: SignatureAlgorithm
    /// `nil` for a root, which is its own issuer.
    let validity: ClosedRange<Date>?
    /// `nil` for a root.
    let pathLength: Int?

    /// The holder of `certificate`; `nil` when its key or key identifier is missing, or it ends before it begins.
    public init?(_ certificate: Certificate, signingWith signatureAlgorithm: SignatureAlgorithm) {
        guard let publicKey = certificate.publicKey, certificate.notBefore <= certificate.notAfter,
            let keyIdentifier = certificate.extensions.subjectKeyIdentifier
        else { return nil }
        name = certificate.subject
        self.publicKey = publicKey
        self.keyIdentifier = keyIdentifier
        self.signatureAlgorithm = signatureAlgorithm
        validity = certificate.notBefore...certificate.notAfter
        pathLength = certificate.extensions.basicConstraints?.pathLength
    }

    /// A root, which signs itself.
    public init(selfSigned name: DistinguishedName, key: PublicKey, signingWith signatureAlgorithm: SignatureAlgorithm)
    {
        self.name = name
        publicKey = key
        keyIdentifier = key.keyIdentifier
        self.signatureAlgorithm = signatureAlgorithm
        validity = nil
        pathLength = nil
    }

    var isSelfSigned: Bool { validity == nil }
}
