/// Why a key, a signature algorithm or an encrypted key was refused. Carries what was found and what was allowed.
public enum KeyFailure: Error, Equatable, Sendable {
    /// Not the DER of this ASN.1 structure; `field` is the first part that is missing, misformed or too much.
    case malformed(structure: String, field: String)
    case tooLarge(structure: String, octets: Int, limit: Int)

    case unsupportedKeyAlgorithm(oid: String)
    case unsupportedCurve(oid: String)
    /// RFC 5480 §2.1.1: specifiedCurve must not be used; a chosen generator forges any key (CVE-2020-0601).
    case explicitCurveParameters
    /// RFC 5480 §2.1.1: implicitCurve must not be used, and the parameters must be there.
    case curveNotNamed
    case unexpectedParameters(algorithm: String)
    case pointNotUncompressed(curve: String, form: UInt8)
    case pointNotOnCurve(curve: String)
    /// RFC 8032 §5.1.3: the y coordinate of an Ed25519 key must be below 2^255 - 19.
    case pointNotCanonical
    /// An Ed25519 key of small order, under which anyone can sign.
    case pointOfSmallOrder
    case keyLength(algorithm: String, octets: Int, expected: Int)
    case modulusNotPositive
    case modulusSize(bits: Int, allowed: ClosedRange<Int>)
    case modulusEven
    case exponentSize(bits: Int, allowed: ClosedRange<Int>)
    case exponentEven

    /// An algorithm that is known and broken or too weak, by its name.
    case refusedSignatureAlgorithm(name: String)
    case unsupportedSignatureAlgorithm(oid: String)
    case pss(PSSParameterFailure)

    case unsupportedPrivateKey(algorithm: String)
    case unsupportedVersion(structure: String, version: Int)
    case privateKeyOutOfRange(algorithm: String)
    /// The public key stored beside a private key is not its own.
    case publicKeyMismatch
    case signingFailed

    case emptyPassphrase
    case wrongPassphrase
    case unsupportedEncryption(name: String)
    case unsupportedKeyDerivation(name: String)
    case saltLength(octets: Int, allowed: ClosedRange<Int>)
    /// A cost parameter of the password key derivation outside what is worked on.
    case cost(parameter: String, value: Int, allowed: ClosedRange<Int>)
    case derivationFailed
    case encryptionFailed
    case fingerprintLength(octets: Int)
}

extension KeyFailure {
    /// One line for a person: what was found, against what.
    public var explanation: String {
        switch self {
        case .malformed(let structure, let field): "not a valid DER \(structure): wrong at \(field)"
        case .tooLarge(let structure, let octets, let limit):
            "\(structure) of \(octets) octets; at most \(limit) are read"
        case .unsupportedKeyAlgorithm(let oid): "key algorithm \(Self.named(oid)) is not supported"
        case .unsupportedCurve(let oid): "elliptic curve \(oid) is not supported; P-256, P-384 and P-521 are"
        case .explicitCurveParameters: "the key spells out explicit curve parameters; only named curves are allowed"
        case .curveNotNamed: "the elliptic curve key does not name its curve"
        case .unexpectedParameters(let algorithm):
            "the parameters of algorithm \(algorithm) are not the ones its standard allows"
        case .pointNotUncompressed(let curve, let form):
            "\(curve) point in form \(form); only the uncompressed form 4 is allowed"
        case .pointNotOnCurve(let curve): "the public point is not on \(curve)"
        case .pointNotCanonical: "the Ed25519 key is not canonically encoded"
        case .pointOfSmallOrder: "the Ed25519 key has small order: anyone can sign under it"
        case .keyLength(let algorithm, let octets, let expected):
            "\(algorithm) key of \(octets) octets; \(expected) are needed"
        case .modulusNotPositive: "the RSA modulus or exponent is zero or negative"
        case .modulusSize(let bits, let allowed):
            "RSA modulus of \(bits) bits; \(allowed.lowerBound) to \(allowed.upperBound) are allowed"
        case .modulusEven: "the RSA modulus is even"
        case .exponentSize(let bits, let allowed):
            "RSA public exponent of \(bits) bits; \(allowed.lowerBound) to \(allowed.upperBound) are allowed"
        case .exponentEven: "the RSA public exponent is even"
        case .refusedSignatureAlgorithm(let name): "signature algorithm \(name) is refused: it is broken or too weak"
        case .unsupportedSignatureAlgorithm(let oid): "signature algorithm \(Self.named(oid)) is not supported"
        case .pss(let failure): failure.explanation
        case .unsupportedPrivateKey(let algorithm):
            "private keys of algorithm \(algorithm) are not used here; P-256, P-384 and Ed25519 are"
        case .unsupportedVersion(let structure, let version): "\(structure) version \(version) is not supported"
        case .privateKeyOutOfRange(let algorithm): "the \(algorithm) private key is zero or not below the group order"
        case .publicKeyMismatch: "the public key stored with the private key does not belong to it"
        case .signingFailed: "the cryptographic library could not sign"
        case .emptyPassphrase: "the passphrase is empty"
        case .wrongPassphrase: "the passphrase does not open this key"
        case .unsupportedEncryption(let name): "keys encrypted with \(name) are not opened; AES-CBC under PBES2 is"
        case .unsupportedKeyDerivation(let name):
            "key derivation \(name) is not used; scrypt and PBKDF2 with HMAC-SHA-256, -384 or -512 are"
        case .saltLength(let octets, let allowed):
            "salt of \(octets) octets; \(allowed.lowerBound) to \(allowed.upperBound) are allowed"
        case .cost(let parameter, let value, let allowed):
            "\(parameter) is \(value); \(allowed.lowerBound) to \(allowed.upperBound) are worked on"
        case .derivationFailed: "the cryptographic library could not derive a key from the passphrase"
        case .encryptionFailed: "the cryptographic library could not encrypt the key"
        case .fingerprintLength(let octets): "key fingerprint of \(octets) octets; 32 are needed"
        }
    }

    /// The name beside the identifier, where a person may have met the algorithm.
    private static func named(_ oid: String) -> String {
        names[oid].map { "\($0) (\(oid))" } ?? oid
    }

    private static let names = [
        "1.2.840.10040.4.1": "DSA",
        "1.3.101.110": "X25519",
        "1.3.101.111": "X448",
        "1.3.101.113": "Ed448",
        "2.16.840.1.101.3.4.3.17": "ML-DSA-44",
    ]
}
