public import SymbolonCertificates

/// Why bytes are not an OCSP answer that says anything.
@nonexhaustive
public enum AnswerFailure: Error, Equatable, Sendable {
    /// Not the DER that RFC 6960 §4.2.1 describes.
    case malformed(DERFailure)
    case tooLarge(octets: Int, limit: Int)
    /// RFC 6960 §4.2.1: a responseStatus other than successful.
    case unsuccessful(code: Int)
    /// Not the basic response type, the only one there is.
    case unknownType(ObjectIdentifier)
    case unknownVersion(Int)
    case tooManyParts(limit: Int)
    case duplicateExtension(ObjectIdentifier)
    /// A certificate within the answer.
    case certificate(CertificateFailure)
    /// RFC 9654 §2.1: 1 to 128 octets.
    case nonceLength(octets: Int)

    /// One line in English, without a full stop.
    public var explanation: String {
        switch self {
        case .malformed(let failure): "the OCSP answer is malformed: \(failure.explanation)"
        case .tooLarge(let octets, let limit): "an OCSP answer of \(octets) octets; at most \(limit) are read"
        case .unsuccessful(let code): "the OCSP responder refused: \(Self.statusName(code))"
        case .unknownType(let identifier): "an OCSP answer of unknown type \(identifier)"
        case .unknownVersion(let number): "OCSP version number \(number) is unknown; version 1 is number 0"
        case .tooManyParts(let limit): "the OCSP answer has more than \(limit) statuses, certificates or extensions"
        case .duplicateExtension(let identifier): "OCSP extension \(identifier) is there twice"
        case .certificate(let failure): "in the OCSP answer \(failure.explanation)"
        case .nonceLength(let octets):
            "the OCSP nonce has \(octets) octets; \(StatusNonce.allowed.lowerBound) to \(StatusNonce.allowed.upperBound) are allowed"
        }
    }

    private static func statusName(_ code: Int) -> String {
        switch code {
        case 1: "malformedRequest"
        case 2: "internalError"
        case 3: "tryLater"
        case 5: "sigRequired"
        case 6: "unauthorized"
        default: "status \(code)"
        }
    }
}

/// Why an answer for the right certificate must not be believed. RFC 6960 §3.2.
public enum AnswerDefect: Hashable, Sendable {
    case unknownCriticalExtension(ObjectIdentifier)
    /// The question had a nonce and the answer has none.
    case nonceMissing
    case nonceDiffers
    case algorithmNotAllowed
    /// Nobody of the responder's name or key among the issuer and the certificates in the answer.
    case responderUnknown
    /// RFC 6960 §4.2.2.2: the delegate was not issued by the certificate's own issuer.
    case responderNotIssuedByIssuer
    /// RFC 6960 §4.2.2.2: the delegate lacks OCSPSigning, or its key may not sign.
    case responderNotAuthorized
    /// The delegate's own validity does not include now.
    case responderNotValid
    /// RFC 6960 §4.2.2.2.1: the delegate has no id-pkix-ocsp-nocheck and is not known to be unrevoked.
    case responderNotKnownGood
    case signatureInvalid

    /// What is wrong, to follow "the OCSP answer".
    public var explanation: String {
        switch self {
        case .unknownCriticalExtension(let identifier): "has the unknown critical extension \(identifier)"
        case .nonceMissing: "lacks the nonce of the question"
        case .nonceDiffers: "has another nonce than the question"
        case .algorithmNotAllowed: "is signed with an algorithm that is not believed"
        case .responderUnknown: "names a responder that is neither the issuer nor among its certificates"
        case .responderNotIssuedByIssuer: "is signed by a responder that the certificate's issuer did not issue"
        case .responderNotAuthorized: "is signed by a certificate without the OCSPSigning purpose"
        case .responderNotValid: "is signed by a responder whose certificate is not valid now"
        case .responderNotKnownGood: "is signed by a responder that is not known to be unrevoked"
        case .signatureInvalid: "has a signature that its responder's key did not make"
        }
    }
}
