public import Foundation
public import SymbolonCertificates
public import SymbolonKeys
public import SymbolonNames

/// A certificate to be made for a test: start from a good one, spoil one thing, build.
public struct CertificateSpec: Sendable {
    // What every certificate has.
    public var version = 3
    /// Contents octets of the INTEGER.
    public var serialNumber: [UInt8]
    public var subject: DistinguishedName
    /// Nil: the subject of whoever signs.
    public var issuer: DistinguishedName?
    public var notBefore: Date
    public var notAfter: Date
    /// Nil: the form that RFC 5280 §4.1.2.5 asks for.
    public var timeForm: CertificateTime.Form?
    /// The key of this certificate; assign another to change it.
    public var key: SigningKey
    /// In place of the key's own SubjectPublicKeyInfo.
    public var subjectPublicKeyInfo: [UInt8]?

    // Extensions; nil or empty leaves one out.
    public var basicConstraints: BasicConstraints?
    public var keyUsage: KeyUsage?
    public var extendedKeyUsage: ExtendedKeyUsage?
    public var names: [GeneralName] = []
    public var nameConstraints: NameConstraints?
    /// The identifier of the key, unless assigned.
    public var subjectKeyIdentifier: [UInt8]?
    public var authorityKeyIdentifier: AuthorityKey = .ofSigner
    /// Put after the others, as they are; may repeat one.
    public var otherExtensions: [Extension] = []
    /// In place of an extension's own value: the bytes in its OCTET STRING.
    public var rawValues: [ObjectIdentifier: [UInt8]] = [:]
    /// In place of an extension's own criticality.
    public var criticality: [ObjectIdentifier: Bool] = [:]

    // The signature.
    /// Signs in place of the issuer's key, under the issuer's name.
    public var signer: SigningKey?
    /// Signs in place of every `SigningKey`: an algorithm that we only verify. The algorithms inside and outside are its own.
    public var foreignSigner: ForeignSigner?
    /// DER of the algorithm within the signed part; nil: the signer's.
    public var innerAlgorithm: [UInt8]?
    /// DER of the algorithm beside the signature; nil: the signer's.
    public var outerAlgorithm: [UInt8]?
    /// Flips one bit of the signature.
    public var breaksSignature = false

    /// A private key of another library.
    public struct ForeignSigner: Sendable {
        /// DER of its AlgorithmIdentifier.
        public var algorithm: [UInt8]
        public var sign: @Sendable ([UInt8]) throws -> [UInt8]

        public init(_ algorithm: [UInt8], sign: @escaping @Sendable ([UInt8]) throws -> [UInt8]) {
            self.algorithm = algorithm
            self.sign = sign
        }
    }

    public enum AuthorityKey: Sendable {
        case ofSigner
        case absent
        case identifier([UInt8])
    }

    public init(subject: DistinguishedName, serialNumber: [UInt8], validFrom: Date, until: Date, key: SigningKey) {
        self.subject = subject
        self.serialNumber = serialNumber
        notBefore = validFrom
        notAfter = until
        self.key = key
        subjectKeyIdentifier = key.publicKey.keyIdentifier
    }

    /// The cA flag of the basic constraints; setting it adds them when they are absent.
    public var isAuthority: Bool {
        get { basicConstraints?.isAuthority ?? false }
        set { basicConstraints = BasicConstraints(isAuthority: newValue, pathLength: basicConstraints?.pathLength) }
    }

    /// The path length of the basic constraints; setting it adds them when they are absent.
    public var pathLength: Int? {
        get { basicConstraints?.pathLength }
        set {
            basicConstraints = BasicConstraints(
                isAuthority: basicConstraints?.isAuthority ?? true, pathLength: newValue)
        }
    }

    /// Takes another key and its identifier.
    public mutating func use(_ key: SigningKey) {
        self.key = key
        subjectKeyIdentifier = key.publicKey.keyIdentifier
    }

    /// The certificate in DER, signed anew at each call (ECDSA signatures differ each time).
    public func der(signedBy issuer: CertificateSpec) -> [UInt8] {
        let signer = self.signer ?? issuer.key
        let algorithm = foreignSigner?.algorithm ?? signer.signatureAlgorithm.identifier
        var tbs = TBSCertificate(
            serialNumber: serialNumber, signatureAlgorithm: innerAlgorithm ?? algorithm,
            issuer: self.issuer ?? issuer.subject, notBefore: time(notBefore), notAfter: time(notAfter),
            subject: subject, subjectPublicKeyInfo: subjectPublicKeyInfo ?? key.publicKey.subjectPublicKeyInfo,
            extensions: extensions(signedBy: issuer))
        tbs.version = version
        let signed = tbs.derBytes()
        guard var signature = try? foreignSigner?.sign(signed) ?? signer.sign(signed) else {
            fatalError("the test's signer cannot sign")
        }
        if breaksSignature { signature[signature.count - 1] ^= 1 }
        return Certificate.encoding(tbs: signed, algorithmIdentifier: outerAlgorithm ?? algorithm, signature: signature)
    }

    /// Signed by its own key under its own name.
    public func selfSigned() -> [UInt8] {
        der(signedBy: self)
    }

    private func time(_ date: Date) -> CertificateTime {
        let time = CertificateTime(date)
        return timeForm.map { time.written(as: $0) } ?? time
    }

    private func extensions(signedBy issuer: CertificateSpec) -> [Extension] {
        var extensions: [Extension] = []
        if let basicConstraints { extensions.append(.basicConstraints(basicConstraints)) }
        if let keyUsage { extensions.append(.keyUsage(keyUsage)) }
        if let extendedKeyUsage { extensions.append(.extendedKeyUsage(extendedKeyUsage)) }
        if !names.isEmpty { extensions.append(.subjectAlternativeName(names, isCritical: subject.isEmpty)) }
        if let nameConstraints { extensions.append(.nameConstraints(nameConstraints)) }
        if let subjectKeyIdentifier { extensions.append(.subjectKeyIdentifier(subjectKeyIdentifier)) }
        if let identifier = authorityIdentifier(issuer) {
            extensions.append(.authorityKeyIdentifier(AuthorityKeyIdentifier(keyIdentifier: identifier)))
        }
        return (extensions + otherExtensions).map { one in
            Extension(
                one.identifier, isCritical: criticality[one.identifier] ?? one.isCritical,
                value: rawValues[one.identifier] ?? Array(one.value))
        }
    }

    private func authorityIdentifier(_ issuer: CertificateSpec) -> [UInt8]? {
        switch authorityKeyIdentifier {
        case .ofSigner: issuer.subjectKeyIdentifier
        case .absent: nil
        case .identifier(let identifier): identifier
        }
    }
}
