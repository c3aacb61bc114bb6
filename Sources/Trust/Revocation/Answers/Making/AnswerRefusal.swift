internal import SymbolonCertificates

/// What a responder says in place of an answer. RFC 6960 §4.2.1, OCSPResponseStatus; none of them is signed.
public enum AnswerRefusal: String, CaseIterable, Sendable {
    case malformedRequest
    case internalError
    case tryLater
    /// RFC 9919 §3.2.3: also who cannot answer authoritatively, as for another issuer's certificates.
    case unauthorized

    var code: UInt8 {
        switch self {
        case .malformedRequest: 1
        case .internalError: 2
        case .tryLater: 3
        case .unauthorized: 6
        }
    }

    /// DER of the OCSPResponse.
    public var der: [UInt8] { DERWriter.sequence(DERWriter.element(.enumerated, [code])) }
}
