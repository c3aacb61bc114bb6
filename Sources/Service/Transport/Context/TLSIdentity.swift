internal import CNIOBoringSSL
public import SymbolonKeys

/// What one end proves itself with: a certificate chain and the private key of its leaf, in the library's form.
///
/// `@unchecked Sendable`: every stored property is a constant, and the objects pointed at are never changed after `init`;
/// BoringSSL counts references to `CRYPTO_BUFFER` and `EVP_PKEY` atomically and documents both as safe to share between
/// threads when not mutated.
@safe public final class TLSIdentity: @unchecked Sendable {
    /// The certificates in DER, leaf first, as they go on the wire.
    public let chain: [[UInt8]]
    /// An OCSP answer about the leaf, in DER: a server shows it to clients that ask (RFC 6066 §8, RFC 8446 §4.4.2.1).
    public let stapledAnswer: [UInt8]?
    let certificates: [OpaquePointer?]
    let key: OpaquePointer

    /// Takes a chain in DER, leaf first, and the leaf's private key as PKCS #8 `PrivateKeyInfo`.
    ///
    /// Throws `emptyChain`, `unreadableKey`, `keyDoesNotFitLeaf`, or `keyUsageForbidsSigning`.
    public convenience init(chain: [[UInt8]], pkcs8: SecretBytes) throws(TLSFailure) {
        guard let key = ParsedKey(pkcs8: pkcs8) else { throw .unreadableKey }
        try self.init(chain: chain, key: key)
    }

    init(chain: [[UInt8]], key parsed: consuming ParsedKey) throws(TLSFailure) {
        guard !chain.isEmpty else { throw .emptyChain }
        self.chain = chain
        stapledAnswer = nil
        unsafe certificates = chain.map { unsafe CRYPTO_BUFFER_new($0, $0.count, nil) }
        unsafe key = parsed.take()
        // A throwaway context is the library's own test that key and leaf belong together.
        guard let probe = unsafe SSL_CTX_new(TLS_with_buffers_method()) else { throw .takeLast(handshakeLimit: 0) }
        defer { unsafe SSL_CTX_free(probe) }
        guard unsafe install(in: probe) else {
            let failure = TLSFailure.takeLast(handshakeLimit: 0)
            throw failure == .keyUsageForbidsSigning ? failure : .keyDoesNotFitLeaf
        }
    }

    /// The same, showing this answer.
    private init(_ other: TLSIdentity, stapling answer: [UInt8]?) {
        chain = other.chain
        stapledAnswer = answer
        unsafe certificates = other.certificates
        unsafe key = other.key
        unsafe certificates.forEach { unsafe CRYPTO_BUFFER_up_ref($0) }
        unsafe EVP_PKEY_up_ref(key)
    }

    /// The same identity, with another answer about it, or none.
    public func stapling(_ answer: [UInt8]?) -> TLSIdentity { TLSIdentity(self, stapling: answer) }

    deinit {
        unsafe certificates.forEach { unsafe CRYPTO_BUFFER_free($0) }
        unsafe EVP_PKEY_free(key)
    }

    /// Gives `context` this identity; it takes references of its own.
    func install(in context: OpaquePointer) -> Bool {
        guard unsafe SSL_CTX_set_chain_and_key(context, certificates, certificates.count, key, nil) == 1 else {
            return false
        }
        guard let answer = stapledAnswer else { return true }
        return unsafe SSL_CTX_set_ocsp_response(context, answer, answer.count) == 1
    }
}

/// A private key on its way into an identity or a PKCS #12 file: owned once, freed if nobody takes it.
@safe struct ParsedKey: ~Copyable {
    private let pointer: OpaquePointer

    /// RFC 5958: a `PrivateKeyInfo` and nothing after it.
    init?(pkcs8: SecretBytes) {
        let key = unsafe pkcs8.withUnsafeBytes { bytes -> OpaquePointer? in
            var reader = unsafe CBS()
            unsafe CBS_init(&reader, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
            guard let key = unsafe EVP_parse_private_key(&reader) else {
                ERR_clear_error()
                return nil
            }
            guard unsafe CBS_len(&reader) == 0 else {
                unsafe EVP_PKEY_free(key)
                return nil
            }
            return unsafe key
        }
        guard let key = unsafe key else { return nil }
        unsafe pointer = key
    }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// For callers that do not keep the key beyond `body`.
    borrowing func with<Result>(_ body: (OpaquePointer) -> Result) -> Result { unsafe body(pointer) }

    /// Hands the one reference over.
    consuming func take() -> OpaquePointer {
        let key = unsafe pointer
        discard self
        return unsafe key
    }
}
