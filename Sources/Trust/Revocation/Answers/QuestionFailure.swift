public import SymbolonCertificates

/// Why bytes are not a question that a responder answers. RFC 6960 §4.1.1; to the requestor each is malformedRequest.
@nonexhaustive
public enum QuestionFailure: Error, Equatable, Sendable {
    case malformed(DERFailure)
    case tooLarge(octets: Int, limit: Int)
    case unknownVersion(Int)
    case tooManyParts(limit: Int)
    case duplicateExtension(ObjectIdentifier)
    /// RFC 6960 §4.1.2: an extension that must be understood and is not.
    case unknownCriticalExtension(ObjectIdentifier)
    /// RFC 9654 §2.1: 1 to 128 octets.
    case nonceLength(octets: Int)

    /// One line in English, without a full stop.
    public var explanation: String {
        switch self {
        case .malformed(let failure): "the OCSP question is malformed: \(failure.explanation)"
        case .tooLarge(let octets, let limit): "an OCSP question of \(octets) octets; at most \(limit) are read"
        case .unknownVersion(let number): "OCSP version number \(number) is unknown; version 1 is number 0"
        case .tooManyParts(let limit): "the OCSP question has more than \(limit) certificates or extensions"
        case .duplicateExtension(let identifier): "OCSP extension \(identifier) is there twice"
        case .unknownCriticalExtension(let identifier):
            "the OCSP question has the unknown critical extension \(identifier)"
        case .nonceLength(let octets):
            "the OCSP nonce has \(octets) octets; \(StatusNonce.allowed.lowerBound) to \(StatusNonce.allowed.upperBound) are allowed"
        }
    }
}
