internal import CNIOBoringSSL
public import SymbolonKeys

/// An identity as one file that browsers and operating systems import (RFC 7292).
public enum PKCS12 {
    /// Seals `chain`, in DER and leaf first, and the leaf's key under `passphrase` (UTF-8, without NUL).
    ///
    /// Certificates and key: PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC, 600,000 rounds, which OpenSSL and
    /// NSS (Firefox, Thunderbird) read. The outer MAC is HMAC-SHA-1 with as many rounds, the only
    /// one that the library makes: it detects damage and a wrong passphrase, and the secrecy of the key does not rest on it.
    /// Throws `emptyChain`, `unreadableKey`, `keyDoesNotFitLeaf`, or `setting` for a passphrase that the format cannot carry.
    public static func seal(
        chain: [[UInt8]], pkcs8: SecretBytes, passphrase: Passphrase
    ) throws(TLSFailure) -> [UInt8] {
        guard let leafBytes = chain.first else { throw .emptyChain }
        guard let key = ParsedKey(pkcs8: pkcs8) else { throw .unreadableKey }
        guard let leaf = unsafe certificate(leafBytes) else { throw .keyDoesNotFitLeaf }
        defer { unsafe X509_free(leaf) }
        guard unsafe key.with({ unsafe X509_check_private_key(leaf, $0) }) == 1 else {
            ERR_clear_error()
            throw .keyDoesNotFitLeaf
        }
        guard let others = unsafe OPENSSL_sk_new_null() else { throw .takeLast(handshakeLimit: 0) }
        defer { unsafe free(others) }
        for bytes in chain.dropFirst() {
            guard let other = unsafe certificate(bytes),
                unsafe OPENSSL_sk_push(others, UnsafeMutableRawPointer(other)) > 0
            else { throw .setting(name: "chain", value: "an unreadable certificate") }
        }
        let sealed = unsafe passphrase.secret.withUnsafeBytes { bytes -> [UInt8]? in
            guard unsafe !bytes.isEmpty, unsafe !bytes.contains(0),
                unsafe String(validating: bytes, as: UTF8.self) != nil
            else { return nil }
            return unsafe withTerminator(bytes) { text in
                unsafe key.with { unsafe create(text, $0, leaf, others) }
            }
        }
        guard let sealed else {
            ERR_clear_error()
            throw .setting(name: "passphrase", value: "empty, or not UTF-8 without NUL")
        }
        return sealed
    }

    /// OWASP's figure for PBKDF2-HMAC-SHA-256.
    private static let rounds: CInt = 600_000

    private static func create(
        _ passphrase: UnsafePointer<CChar>, _ key: OpaquePointer, _ leaf: OpaquePointer, _ others: OpaquePointer
    ) -> [UInt8]? {
        guard
            let file = unsafe PKCS12_create(
                passphrase, nil, key, leaf, others, NID_aes_256_cbc, NID_aes_256_cbc, rounds, rounds, 0)
        else { return nil }
        defer { unsafe PKCS12_free(file) }
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_PKCS12(file, &encoded)
        guard count > 0, let start = unsafe encoded else { return nil }
        defer { unsafe OPENSSL_free(start) }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }

    /// The passphrase as a C string in memory that is wiped.
    private static func withTerminator<Result>(
        _ bytes: UnsafeRawBufferPointer, _ body: (UnsafePointer<CChar>) -> Result
    ) -> Result {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { copy in
            unsafe copy.initialize(repeating: 0)
            for index in 0..<bytes.count { unsafe copy[index] = CChar(bitPattern: bytes[index]) }
            defer { unsafe OPENSSL_cleanse(copy.baseAddress, copy.count) }
            // At least the terminator is there, so the buffer has an address.
            return unsafe body(UnsafePointer(copy.baseAddress!))
        }
    }

    private static func certificate(_ der: [UInt8]) -> OpaquePointer? {
        guard let buffer = unsafe CRYPTO_BUFFER_new(der, der.count, nil) else { return nil }
        defer { unsafe CRYPTO_BUFFER_free(buffer) }
        let certificate = unsafe X509_parse_from_buffer(buffer)
        if unsafe certificate == nil { ERR_clear_error() }
        return unsafe certificate
    }

    private static func free(_ stack: OpaquePointer) {
        for index in unsafe 0..<OPENSSL_sk_num(stack) {
            if let item = unsafe OPENSSL_sk_value(stack, index) { unsafe X509_free(OpaquePointer(item)) }
        }
        unsafe OPENSSL_sk_free(stack)
    }
}
