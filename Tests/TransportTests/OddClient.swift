internal import CNIOBoringSSL

@testable import SymbolonTransport

/// Clients that the package itself cannot make.
enum OddClient {
    private nonisolated(unsafe) static let forger: UnsafeMutablePointer<SSL_PRIVATE_KEY_METHOD> = {
        let method = UnsafeMutablePointer<SSL_PRIVATE_KEY_METHOD>.allocate(capacity: 1)
        unsafe method.initialize(
            to: SSL_PRIVATE_KEY_METHOD(
                sign: { _, out, outCount, room, _, _, _ in
                    guard let out = unsafe out, let outCount = unsafe outCount, room >= 70 else {
                        return ssl_private_key_failure
                    }
                    unsafe out.update(repeating: 0, count: 70)
                    unsafe outCount.pointee = 70
                    return ssl_private_key_success
                }, decrypt: nil, complete: nil))
        return unsafe method
    }()

    /// Shows a certificate whose key it does not have, and signs with 70 zero bytes.
    static func forgingSignature(showing identity: TestIdentity) throws -> TLSContext {
        let context = try TLSContext(side: .client, identity: nil)
        let certificates = unsafe identity.chain.map { unsafe CRYPTO_BUFFER_new($0, $0.count, nil) }
        unsafe SSL_CTX_set_chain_and_key(context.pointer, certificates, certificates.count, nil, forger)
        unsafe certificates.forEach { unsafe CRYPTO_BUFFER_free($0) }
        return context
    }

    /// Knows nothing newer than TLS 1.2.
    static func tls12Only(identity: TLSIdentity?) throws -> TLSContext {
        var settings = TLSSettings()
        settings.minimumVersion = .tls12
        let context = try TLSContext(side: .client, identity: identity, settings: settings)
        unsafe SSL_CTX_set_max_proto_version(context.pointer, UInt16(TLS1_2_VERSION))
        return context
    }
}
