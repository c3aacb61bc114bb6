internal import CNIOBoringSSL

extension TLSFailure {
    /// Takes this thread's error queue and leaves it empty.
    ///
    /// The first error of the TLS layer names the cause; errors of other layers (a bad signature's arithmetic) come with it.
    static func takeLast(handshakeLimit: Int) -> TLSFailure {
        var first: UInt32 = 0
        while true {
            let code = ERR_get_error()
            if code == 0 { break }
            if first == 0 || (!isTLS(first) && isTLS(code)) { first = code }
        }
        return TLSFailure(code: first, handshakeLimit: handshakeLimit)
    }

    private static func isTLS(_ code: UInt32) -> Bool { ERR_GET_LIB(code) == CInt(ERR_LIB_SSL) }

    init(code: UInt32, handshakeLimit: Int) {
        guard Self.isTLS(code) else {
            self = .library(code: code, reason: Self.reason(of: code))
            return
        }
        let reason = ERR_GET_REASON(code)
        switch reason {
        case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST:
            self = .plaintextHTTP
        case SSL_R_WRONG_VERSION_NUMBER:
            // The first byte of the version field in a record header is 3 in every TLS and SSL 3 (RFC 8446 §5.1).
            self = .notTLS
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_WRONG_SSL_VERSION, SSL_R_UNKNOWN_PROTOCOL, SSL_R_TLS13_DOWNGRADE,
            SSL_R_DOWNGRADE_DETECTED:
            self = .protocolVersion
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, SSL_R_NO_CERTIFICATES_RETURNED:
            self = .noCertificate
        case SSL_R_KEY_USAGE_BIT_INCORRECT:
            self = .keyUsageForbidsSigning
        case SSL_R_BAD_SIGNATURE:
            self = .possessionNotProved
        case SSL_R_NO_APPLICATION_PROTOCOL:
            self = .noApplicationProtocol
        case SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SHARED_GROUP, SSL_R_NO_COMMON_SIGNATURE_ALGORITHMS,
            SSL_R_WRONG_SIGNATURE_TYPE:
            self = .nothingInCommon(Self.reason(of: code))
        case SSL_R_EXCESSIVE_MESSAGE_SIZE:
            self = .handshakeTooLarge(limit: handshakeLimit)
        case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, SSL_R_DECRYPTION_FAILED:
            self = .recordNotAuthentic
        case SSL_R_TOO_MANY_KEY_UPDATES:
            self = .keyUpdateFlood
        case SSL_R_CERTIFICATE_AND_PRIVATE_KEY_MISMATCH, SSL_R_CANNOT_PARSE_LEAF_CERT, SSL_R_UNKNOWN_CERTIFICATE_TYPE:
            self = .keyDoesNotFitLeaf
        case SSL_AD_REASON_OFFSET...(SSL_AD_REASON_OFFSET + 255):
            self.init(alertCode: UInt8(reason - SSL_AD_REASON_OFFSET))
        default:
            self = .malformed(Self.reason(of: code))
        }
    }

    /// What `nothingInCommon` says where no group is.
    static let noSharedGroup = "no shared group"

    /// The library's own word, e.g. `UNEXPECTED_RECORD`: a constant of its tables, never text of the peer's.
    private static func reason(of code: UInt32) -> String {
        guard let text = unsafe ERR_reason_error_string(code) else { return "unknown reason" }
        return unsafe String(cString: text).lowercased().split(separator: "_").joined(separator: " ")
    }
}
