internal import CNIOBoringSSL
internal import SymbolonWire

extension TLSEngine {
    /// RFC 8446 §4.3.2: what the server asks for, read while the library waits for our certificate.
    static func certificateRequest(of ssl: OpaquePointer) -> CertificateRequest {
        var authorities: [[UInt8]] = []
        if let stack = unsafe SSL_get0_server_requested_CAs(ssl) {
            for index in unsafe 0..<OPENSSL_sk_num(stack) {
                guard let item = unsafe OPENSSL_sk_value(stack, index) else { continue }
                let name = OpaquePointer(item)
                unsafe authorities.append(
                    Array(UnsafeBufferPointer(start: CRYPTO_BUFFER_data(name), count: CRYPTO_BUFFER_len(name))))
            }
        }
        var schemes: UnsafePointer<UInt16>?
        let count = unsafe SSL_get0_peer_verify_algorithms(ssl, &schemes)
        let algorithms = unsafe UnsafeBufferPointer(start: schemes, count: count).map { scheme in
            guard let name = unsafe SSL_get_signature_algorithm_name(scheme, 1) else {
                return "0x" + Hex.encode([UInt8(scheme >> 8), UInt8(scheme & 0xFF)])
            }
            return unsafe String(cString: name)
        }
        return CertificateRequest(authorities: authorities, signatureAlgorithms: algorithms)
    }
}
