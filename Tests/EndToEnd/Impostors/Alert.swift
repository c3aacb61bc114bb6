/// The TLS alerts that an impostor may be sent, by the numbers of RFC 8446 §6 (`unrecognized_name`: RFC 6066 §3).
enum Alert: Int, CustomStringConvertible {
    case badCertificate = 42
    case certificateRevoked = 44
    case certificateExpired = 45
    case certificateUnknown = 46
    case unknownAuthority = 48
    case accessDenied = 49
    case decryptError = 51
    case protocolVersion = 70
    case unrecognizedName = 112
    case certificateRequired = 116

    var description: String {
        switch self {
        case .badCertificate: "bad_certificate"
        case .certificateRevoked: "certificate_revoked"
        case .certificateExpired: "certificate_expired"
        case .certificateUnknown: "certificate_unknown"
        case .unknownAuthority: "unknown_ca"
        case .accessDenied: "access_denied"
        case .decryptError: "decrypt_error"
        case .protocolVersion: "protocol_version"
        case .unrecognizedName: "unrecognized_name"
        case .certificateRequired: "certificate_required"
        }
    }
}
