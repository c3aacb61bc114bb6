public import NIOCore

/// The two protocol versions there are for us; nothing older can be asked for.
public enum TLSVersion: String, Codable, Comparable, Hashable, Sendable, CustomStringConvertible {
    case tls12 = "TLS 1.2"
    case tls13 = "TLS 1.3"

    public var description: String { rawValue }

    public static func < (left: TLSVersion, right: TLSVersion) -> Bool { left == .tls12 && right == .tls13 }
}

/// Which key exchanges are spoken.
public enum KeyExchange: Sendable {
    /// The hybrid one where the peer can, and elliptic curves where it cannot.
    case any
    /// X25519MLKEM768 alone (draft-ietf-tls-ecdhe-mlkem): what is recorded today is safe from later quantum computers, and whoever
    /// cannot is refused. It takes TLS 1.3.
    case hybrid
}

/// What a server wants of clients that have no certificate to show.
public enum ClientCertificate: Sendable {
    /// Both ends prove themselves, or there is no connection.
    case demanded
    /// They come in unproved: `SessionFacts.verified` is an `UnprovedPeer`, and what they may do is the application's to say.
    case optional
}

/// How one side of TLS behaves, beside who it is. The defaults are the strict ones.
public struct TLSSettings: Sendable {
    /// The oldest version spoken. `.tls12` is for peers that cannot do better, and then AEAD ciphers with ephemeral ECDH only.
    public var minimumVersion: TLSVersion = .tls13

    /// Nothing is spoken in place of what is demanded: there is no other group to fall back to.
    public var keyExchange = KeyExchange.any

    /// Application protocols (RFC 7301), the first preferred; each 1 to 255 bytes. Empty: ALPN is not spoken.
    public var alpn: [String] = []

    /// From the connection to the end of the handshake. 10 s: honest peers need one round trip and some milliseconds; a
    /// stranger may hold a socket no longer than this.
    public var handshakeDeadline: TimeAmount = .seconds(10)

    /// How long a closing connection may wait for its last bytes to leave, and for the peer to read an alert, before it
    /// is closed hard. 500 ms: a connection that must end, ends within the second.
    public var closingDeadline: TimeAmount = .milliseconds(500)

    /// The largest handshake message taken, in bytes, certificates included: 16,384 (the library's floor) to 1,048,576.
    /// 32 KiB holds six certificates of post-quantum size, the longest path that is verified.
    public var maximumHandshakeBytes = 32 * 1024

    /// Whether a server asks its clients for a certificate, or demands one. One that is presented is judged either way.
    public var clientCertificate = ClientCertificate.demanded

    /// Subject names, in DER, of the authorities that a server asks client certificates from (RFC 8446 §4.2.4). A hint
    /// for clients that hold several certificates; it decides nothing.
    public var clientAuthorityNames: [[UInt8]] = []

    /// The newest version spoken. Less than TLS 1.3 only to look at the certificate of a peer whose key usage TLS 1.3 refuses.
    package var maximumVersion: TLSVersion = .tls13

    /// Whether TLS 1.2 without the extended master secret (RFC 7627) is refused.
    package var requiresExtendedMasterSecret = true

    /// Records sealed under one key before we change it. RFC 8446 §5.5 allows AES-GCM 2^24.5 full records; half of 2^24
    /// leaves a margin of a factor of almost three.
    package var recordsPerKey = 1 << 23

    public init() {}

    /// For who only looks at a peer, so that nothing rests on its proof: whatever it can still do is taken.
    /// - Parameter alpn: as in `alpn`.
    package static func looking(for alpn: [String]) -> TLSSettings {
        var settings = TLSSettings()
        settings.minimumVersion = .tls12
        settings.requiresExtendedMasterSecret = false
        settings.alpn = alpn
        return settings
    }
}
