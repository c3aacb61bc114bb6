public import SymbolonKeys
public import SymbolonNames
public import SymbolonWire

/// Why bytes are not a certificate or a request, or why one could not be made.
@nonexhaustive
public enum CertificateFailure: Error, Equatable, Sendable {
    /// Not the DER that RFC 5280 §4.1 describes, in this part.
    case malformed(CertificateField, DERFailure)
    case tooLarge(octets: Int, limit: Int)
    /// The version number as encoded: 0 stands for version 1, and 2 is the highest that exists.
    case unknownVersion(Int)
    /// RFC 5280 §4.1.1.2: the algorithm within the signed part and the one beside the signature differ. In DER.
    case algorithmMismatch(signed: [UInt8], outer: [UInt8])
    /// RFC 5280 §4.2: a certificate has each extension at most once.
    case duplicateExtension(ObjectIdentifier)
    case tooManyExtensions(limit: Int)
    /// RFC 5280 §4.2.1.10: a constraint of a known kind with a base that is no name of it.
    case nameConstraint(NameFailure)
    /// RFC 5280 §4.2.1.10: minimum is zero and maximum absent; others have no meaning.
    case nameConstraintDistance
    /// RFC 2986 §4.1: the request holds the same attribute twice.
    case duplicateAttribute(ObjectIdentifier)
    case tooManyAttributes(limit: Int)
    /// The request's signature is not by the key that it asks a certificate for.
    case possessionNotProved
    /// The key or algorithm of a request, which must be one we support.
    case key(KeyFailure)
    case serialNumber(SerialNumber.Violation)
    /// An attribute of a name to be made: empty, too long (RFC 5280 appendix A.1, upper bounds), or with control characters.
    case attribute(ObjectIdentifier, text: String)
    case pem(PEMFailure)
    /// A text of certificates holds something else.
    case unexpectedLabel(String)
    case noCertificate

    /// One line in English, without a full stop: what was found, and against what.
    public var explanation: String {
        switch self {
        case .malformed(let field, let failure): "\(field) is malformed: \(failure.explanation)"
        case .tooLarge(let octets, let limit): "\(octets) octets; at most \(limit) are read"
        case .unknownVersion(let number): "version number \(number) is unknown; version 3 is number 2"
        case .algorithmMismatch(let signed, let outer):
            "the signature algorithm inside (\(Hex.encode(signed))) and outside (\(Hex.encode(outer))) differ"
        case .duplicateExtension(let identifier): "extension \(identifier) is there twice"
        case .tooManyExtensions(let limit): "more than \(limit) extensions"
        case .nameConstraint(let failure): "a name constraint is no name: \(failure.explanation)"
        case .nameConstraintDistance: "a name constraint has a minimum or maximum, which must be absent"
        case .duplicateAttribute(let identifier): "request attribute \(identifier) is there twice"
        case .tooManyAttributes(let limit): "more than \(limit) attributes"
        case .possessionNotProved: "the request is not signed by the key it names"
        case .key(let failure): failure.explanation
        case .serialNumber(let violation): violation.explanation
        case .attribute(let type, let text):
            "\(type) may not be \"\(text)\": it is empty, too long or has control characters"
        case .pem(let failure): failure.explanation
        case .unexpectedLabel(let label): "a PEM block \"\(label)\" where certificates are due"
        case .noCertificate: "no certificate in the text"
        }
    }
}

/// A part of a certificate or request, in the words of RFC 5280 §4.1 and RFC 2986 §4.
public enum CertificateField: Hashable, Sendable, CustomStringConvertible {
    case certificate, request, tbsCertificate, version, serialNumber, signatureAlgorithm, issuer, validity, subject
    case subjectPublicKeyInfo, uniqueIdentifiers, extensions, attributes, signature
    case `extension`(ObjectIdentifier)

    public var description: String {
        switch self {
        case .certificate: "the certificate"
        case .request: "the certification request"
        case .tbsCertificate: "tbsCertificate"
        case .version: "version"
        case .serialNumber: "serialNumber"
        case .signatureAlgorithm: "signatureAlgorithm"
        case .issuer: "issuer"
        case .validity: "validity"
        case .subject: "subject"
        case .subjectPublicKeyInfo: "subjectPublicKeyInfo"
        case .uniqueIdentifiers: "a unique identifier"
        case .extensions: "the list of extensions"
        case .attributes: "the list of attributes"
        case .signature: "the signature value"
        case .extension(let identifier): "extension \(identifier)"
        }
    }
}
