public import Foundation
public import SymbolonKeys
public import SymbolonNames

/// What a certificate is to say: everything but the signature.
///
/// Its bytes are always of version 3 (RFC 5280 §4.1), with the extensions in one fixed order: basic constraints, key usage,
/// extended key usage, subject alternative name, name constraints, subject and authority key identifier, then the others.
public struct CertificateTemplate: Sendable {
    public var serialNumber: SerialNumber
    /// The algorithm that the issuer will sign with.
    public var signatureAlgorithm: SignatureAlgorithm
    public var issuer: DistinguishedName
    /// Written in whole seconds, the fraction dropped.
    public var notBefore: Date
    /// Written in whole seconds, the fraction dropped. The last second of year 9999 stands for no expiry.
    public var notAfter: Date
    /// Empty is allowed; the subject alternative name is then critical.
    public var subject: DistinguishedName
    public var publicKey: PublicKey
    public var basicConstraints: BasicConstraints?
    public var keyUsage: KeyUsage?
    public var extendedKeyUsage: ExtendedKeyUsage?
    /// None leaves the extension out.
    public var subjectAlternativeNames: [GeneralName] = []
    /// Must hold no subtree of an unsupported kind.
    public var nameConstraints: NameConstraints?
    /// Starts as the identifier of ``publicKey``.
    public var subjectKeyIdentifier: [UInt8]?
    /// The identifier of the key that will sign, as the issuer's certificate has it.
    public var authorityKeyIdentifier: [UInt8]?
    /// Written last, in this order.
    public var otherExtensions: [Extension] = []

    public init(
        serialNumber: SerialNumber, signatureAlgorithm: SignatureAlgorithm, issuer: DistinguishedName, notBefore: Date,
        notAfter: Date, subject: DistinguishedName, publicKey: PublicKey
    ) {
        self.serialNumber = serialNumber
        self.signatureAlgorithm = signatureAlgorithm
        self.issuer = issuer
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.subject = subject
        self.publicKey = publicKey
        subjectKeyIdentifier = publicKey.keyIdentifier
    }

    /// The extensions in the order in which they are written.
    public var extensions: [Extension] {
        var extensions: [Extension] = []
        if let basicConstraints { extensions.append(.basicConstraints(basicConstraints)) }
        if let keyUsage { extensions.append(.keyUsage(keyUsage)) }
        if let extendedKeyUsage { extensions.append(.extendedKeyUsage(extendedKeyUsage)) }
        if !subjectAlternativeNames.isEmpty {
            // RFC 5280 §4.2.1.6: critical when the subject is an empty sequence.
            extensions.append(.subjectAlternativeName(subjectAlternativeNames, isCritical: subject.isEmpty))
        }
        if let nameConstraints { extensions.append(.nameConstraints(nameConstraints)) }
        if let subjectKeyIdentifier { extensions.append(.subjectKeyIdentifier(subjectKeyIdentifier)) }
        if let authorityKeyIdentifier {
            extensions.append(.authorityKeyIdentifier(AuthorityKeyIdentifier(keyIdentifier: authorityKeyIdentifier)))
        }
        return extensions + otherExtensions
    }

    /// The bytes to lint and then to sign: DER of the TBSCertificate.
    public func derBytes() -> [UInt8] {
        TBSCertificate(
            serialNumber: serialNumber.contents, signatureAlgorithm: signatureAlgorithm.identifier, issuer: issuer,
            notBefore: CertificateTime(notBefore), notAfter: CertificateTime(notAfter), subject: subject,
            subjectPublicKeyInfo: publicKey.subjectPublicKeyInfo, extensions: extensions
        ).derBytes()
    }
}
