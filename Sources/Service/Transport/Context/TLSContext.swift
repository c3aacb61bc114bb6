internal import CNIOBoringSSL
public import SymbolonKeys

/// One side's configuration, made once and shared by its connections: the role, the identity, the settings.
///
/// To rotate an identity, make a new context and give it to new connections; those that live keep the old one.
///
/// `@unchecked Sendable`: every stored property is a constant, and the `SSL_CTX` is not configured after `init`. BoringSSL
/// documents an `SSL_CTX` as safe to share between threads when it is only used to make `SSL`s; its reference count is atomic.
@safe public final class TLSContext: @unchecked Sendable {
    /// The role in the handshake.
    public enum Side: Sendable {
        /// Answers. With a set, the client must ask for one of these host names (RFC 6066 §3); with `nil`, it may ask for any or none.
        case server(acceptedServerNames: Set<String>?)
        /// Begins.
        case client
    }

    public let settings: TLSSettings
    public let identity: TLSIdentity?
    let pointer: OpaquePointer
    let isServer: Bool
    let acceptedServerNames: Set<HostName>?
    /// `settings.alpn` as the wire has it: each with its length before it (RFC 7301 §3.1).
    let alpnWire: [UInt8]
    /// How this side pairs by a code, beside certificates or in their place.
    let pairing: Pairing

    enum Pairing {
        case none
        /// A client that proves itself, and its server, by the words of this invitation and by nothing else.
        case begins(SPAKE2PlusSecret, number: Int)
        /// A server that answers who asks for `PairingProtocol.alpn`.
        case answers(any PairingGate)
    }

    var pairingGate: (any PairingGate)? {
        guard case .answers(let gate) = pairing else { return nil }
        return gate
    }

    /// A server needs an identity. A client without one is refused by every server that asks for proof.
    ///
    /// A server with a gate also answers clients that hold a code, on the same port: `PairingProtocol.alpn` is how they say so.
    ///
    /// Throws `identityRequired`, `keyDoesNotFitLeaf`, or `setting` naming what cannot be.
    public convenience init(
        side: Side, identity: TLSIdentity?, settings: TLSSettings = TLSSettings(),
        pairing gate: (any PairingGate)? = nil
    ) throws(TLSFailure) {
        if let gate {
            guard case .server = side else { throw .setting(name: "pairing", value: "a client's gate") }
            try self.init(side, identity, settings, .answers(gate))
        } else {
            try self.init(side, identity, settings, .none)
        }
    }

    /// A client that holds the code of an invitation: TLS 1.3, both ends proved by the code, no certificates.
    public convenience init(
        code secret: SPAKE2PlusSecret, number: Int, settings: TLSSettings = TLSSettings()
    ) throws(TLSFailure) {
        guard PairingProtocol.numbers.contains(number) else {
            throw .setting(name: "invitation number", value: String(number))
        }
        var settings = settings
        settings.minimumVersion = .tls13
        settings.alpn = [PairingProtocol.alpn]
        try self.init(.client, nil, settings, .begins(secret, number: number))
    }

    private init(
        _ side: Side, _ identity: TLSIdentity?, _ settings: TLSSettings, _ pairing: Pairing
    ) throws(TLSFailure) {
        self.pairing = pairing
        alpnWire = try Self.alpnWire(settings.alpn)
        guard (16_384...1_048_576).contains(settings.maximumHandshakeBytes) else {
            throw .setting(name: "maximumHandshakeBytes", value: String(settings.maximumHandshakeBytes))
        }
        // TLS 1.2 has no hybrid group.
        if settings.keyExchange == .hybrid, settings.minimumVersion < .tls13 {
            throw .setting(name: "keyExchange", value: "hybrid with TLS 1.2")
        }
        switch side {
        case .server(let names):
            guard identity != nil else { throw .identityRequired }
            isServer = true
            acceptedServerNames = try names.map { names throws(TLSFailure) in try Self.hostNames(names) }
        case .client:
            isServer = false
            acceptedServerNames = nil
        }
        guard let made = unsafe SSL_CTX_new(TLS_with_buffers_method()) else { throw .takeLast(handshakeLimit: 0) }
        unsafe pointer = made
        self.identity = identity
        self.settings = settings
        guard configureProtocol(), configureAlgorithms(), unsafe identity?.install(in: pointer) ?? true else {
            throw .takeLast(handshakeLimit: 0)
        }
        configureCallbacks()
        configureAuthorityNames()
    }

    deinit { unsafe SSL_CTX_free(pointer) }

    /// Whether the peer may be let in without a certificate. A client never lets a server.
    var mayBeUnproved: Bool { isServer && settings.clientCertificate == .optional }

    private func configureProtocol() -> Bool {
        let oldest = UInt16(settings.minimumVersion == .tls13 ? TLS1_3_VERSION : TLS1_2_VERSION)
        let newest = UInt16(settings.maximumVersion == .tls13 ? TLS1_3_VERSION : TLS1_2_VERSION)
        guard unsafe SSL_CTX_set_min_proto_version(pointer, oldest) == 1,
            unsafe SSL_CTX_set_max_proto_version(pointer, newest) == 1
        else { return false }
        // No resumption in any form: a resumed session would not see the verifier.
        unsafe SSL_CTX_set_options(pointer, UInt32(SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE))
        unsafe SSL_CTX_set_num_tickets(pointer, 0)
        unsafe SSL_CTX_set_session_cache_mode(pointer, SSL_SESS_CACHE_OFF)
        unsafe SSL_CTX_set_early_data_enabled(pointer, 0)
        // Renegotiation needs no switch: BoringSSL's servers have none, and its clients refuse it unless told otherwise.
        unsafe SSL_CTX_set_max_cert_list(pointer, settings.maximumHandshakeBytes)
        // The verifier's value keeps what is needed of the client's certificates; the session need not keep them too.
        unsafe SSL_CTX_set_retain_only_sha256_of_client_certs(pointer, isServer ? 1 : 0)
        return true
    }

    private func configureAlgorithms() -> Bool {
        let all = [SSL_GROUP_X25519_MLKEM768, SSL_GROUP_X25519, SSL_GROUP_SECP256R1, SSL_GROUP_SECP384R1]
        let groups = (settings.keyExchange == .hybrid ? Array(all.prefix(1)) : all).map(UInt16.init)
        // PKCS #1 v1.5 stands last and for signatures within chains: TLS 1.3 forbids it in CertificateVerify (RFC 8446 §4.2.3).
        let signatures = [
            SSL_SIGN_ECDSA_SECP256R1_SHA256, SSL_SIGN_ED25519, SSL_SIGN_ECDSA_SECP384R1_SHA384,
            SSL_SIGN_ECDSA_SECP521R1_SHA512,
            SSL_SIGN_RSA_PSS_RSAE_SHA256, SSL_SIGN_RSA_PSS_RSAE_SHA384, SSL_SIGN_RSA_PSS_RSAE_SHA512,
            SSL_SIGN_RSA_PKCS1_SHA256, SSL_SIGN_RSA_PKCS1_SHA384, SSL_SIGN_RSA_PKCS1_SHA512,
        ].map(UInt16.init)
        // TLS 1.2 only; the suites of TLS 1.3 are fixed. RFC 9325 §4.2: AEAD with ephemeral ECDH.
        let ciphers = """
            ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:\
            ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
            """
        return unsafe SSL_CTX_set1_group_ids(pointer, groups, groups.count) == 1
            && SSL_CTX_set_verify_algorithm_prefs(pointer, signatures, signatures.count) == 1
            && SSL_CTX_set_strict_cipher_list(pointer, ciphers) == 1
    }

    /// RFC 8446 §4.2.4: names for the client to choose by.
    private func configureAuthorityNames() {
        guard isServer, !settings.clientAuthorityNames.isEmpty, let stack = unsafe OPENSSL_sk_new_null() else { return }
        for name in settings.clientAuthorityNames {
            guard let buffer = unsafe CRYPTO_BUFFER_new(name, name.count, nil) else { continue }
            if unsafe OPENSSL_sk_push(stack, UnsafeMutableRawPointer(buffer)) == 0 { unsafe CRYPTO_BUFFER_free(buffer) }
        }
        // Takes ownership of the stack and what is in it.
        unsafe SSL_CTX_set0_client_CAs(pointer, stack)
    }

    private static func hostNames(_ names: Set<String>) throws(TLSFailure) -> Set<HostName> {
        var hosts: Set<HostName> = []
        for name in names {
            guard let host = HostName(name) else { throw .setting(name: "acceptedServerNames", value: name) }
            hosts.insert(host)
        }
        return hosts
    }

    private static func alpnWire(_ protocols: [String]) throws(TLSFailure) -> [UInt8] {
        var wire: [UInt8] = []
        for name in protocols {
            guard (1...255).contains(name.utf8.count) else { throw .setting(name: "alpn", value: name) }
            wire.append(UInt8(name.utf8.count))
            wire += Array(name.utf8)
        }
        return wire
    }
}
