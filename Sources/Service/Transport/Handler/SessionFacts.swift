/// What the handshake agreed on. There is no "resumed": a resumed session is never accepted, in either role.
public struct SessionFacts: Sendable {
    public let version: TLSVersion
    /// The IANA name, e.g. `TLS_AES_128_GCM_SHA256`.
    public let cipher: String
    /// The key exchange, e.g. `X25519MLKEM768`; `SPAKE2PLUS_V1` where a code proved both ends.
    public let group: String
    /// What the peer signed its part of the handshake with, e.g. `ecdsa_secp256r1_sha256`; `none` where a code proved it.
    public let peerSignatureAlgorithm: String
    /// The host name that the client asked for, in lower case.
    public let serverName: String?
    /// The application protocol agreed on, with whatever is not printable ASCII escaped.
    public let alpn: String?
    /// What the verifier made of the peer; a `PairedByCode` where a code proved it.
    public let verified: any Sendable
    /// On a client, what the server asked for; nil: it asked for no certificate.
    public internal(set) var certificateRequest: CertificateRequest?
}

/// What a server asks a client to prove itself with (RFC 8446 §4.3.2, RFC 5246 §7.4.4). It decides nothing.
public struct CertificateRequest: Hashable, Sendable {
    /// Subject names, in DER, of the authorities that it takes certificates from; none: it does not say.
    public let authorities: [[UInt8]]
    /// The names in the IANA registry, e.g. `ecdsa_secp256r1_sha256`, in the server's order; in hexadecimal what has none.
    public let signatureAlgorithms: [String]
}

/// Fired as a user event when both ends are proved; application bytes flow in neither direction before it.
///
/// On a TLS 1.3 client the server has not yet judged the client's certificate at this moment: its refusal, if there is
/// one, arrives as the error `TLSFailure.peerAlert`.
public struct TLSHandshakeCompleted: Sendable {
    public let facts: SessionFacts
}
