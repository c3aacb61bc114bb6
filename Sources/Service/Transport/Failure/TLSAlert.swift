/// What one end tells the other when it gives up: the descriptions of RFC 8446 §6.2, and those RFC 5246 §7.2.2 keeps for TLS 1.2.
///
/// `closeNotify` is in the registry and here, but is an orderly end and no refusal.
public enum TLSAlert: UInt8, CaseIterable, Codable, Hashable, Sendable, CustomStringConvertible {
    case closeNotify = 0
    case unexpectedMessage = 10
    case badRecordMAC = 20
    case recordOverflow = 22
    case handshakeFailure = 40
    case badCertificate = 42
    case unsupportedCertificate = 43
    case certificateRevoked = 44
    case certificateExpired = 45
    case certificateUnknown = 46
    case illegalParameter = 47
    case unknownCA = 48
    case accessDenied = 49
    case decodeError = 50
    case decryptError = 51
    case protocolVersion = 70
    case insufficientSecurity = 71
    case internalError = 80
    case inappropriateFallback = 86
    case userCanceled = 90
    case noRenegotiation = 100
    case missingExtension = 109
    case unsupportedExtension = 110
    case unrecognizedName = 112
    case badCertificateStatusResponse = 113
    case unknownPSKIdentity = 115
    case certificateRequired = 116
    case noApplicationProtocol = 120
    case echRequired = 121

    /// The name in the IANA registry, e.g. `certificate_revoked`.
    public var description: String {
        switch self {
        case .closeNotify: "close_notify"
        case .unexpectedMessage: "unexpected_message"
        case .badRecordMAC: "bad_record_mac"
        case .recordOverflow: "record_overflow"
        case .handshakeFailure: "handshake_failure"
        case .badCertificate: "bad_certificate"
        case .unsupportedCertificate: "unsupported_certificate"
        case .certificateRevoked: "certificate_revoked"
        case .certificateExpired: "certificate_expired"
        case .certificateUnknown: "certificate_unknown"
        case .illegalParameter: "illegal_parameter"
        case .unknownCA: "unknown_ca"
        case .accessDenied: "access_denied"
        case .decodeError: "decode_error"
        case .decryptError: "decrypt_error"
        case .protocolVersion: "protocol_version"
        case .insufficientSecurity: "insufficient_security"
        case .internalError: "internal_error"
        case .inappropriateFallback: "inappropriate_fallback"
        case .userCanceled: "user_canceled"
        case .noRenegotiation: "no_renegotiation"
        case .missingExtension: "missing_extension"
        case .unsupportedExtension: "unsupported_extension"
        case .unrecognizedName: "unrecognized_name"
        case .badCertificateStatusResponse: "bad_certificate_status_response"
        case .unknownPSKIdentity: "unknown_psk_identity"
        case .certificateRequired: "certificate_required"
        case .noApplicationProtocol: "no_application_protocol"
        case .echRequired: "ech_required"
        }
    }

    /// What the peer that sends it says of us.
    var meaning: String {
        switch self {
        case .unknownCA: "it does not trust the authority of this end's certificate"
        case .certificateExpired: "to it, this end's certificate has expired or is not yet valid"
        case .certificateRevoked: "to it, this end's certificate is revoked"
        case .badCertificate, .unsupportedCertificate, .certificateUnknown: "it does not accept this end's certificate"
        case .certificateRequired: "it wants a certificate, and this end showed none"
        case .accessDenied: "it knows who this end is, and does not let it pass"
        default: "it refused or gave up"
        }
    }
}
