public import NIOCore

/// Why a TLS identity, context or connection could not be had, or ended other than by agreement.
///
/// Text that came from the peer is already escaped: printable ASCII, at most 64 bytes of the original.
public enum TLSFailure: Error, Equatable, Sendable {
    // MARK: What we were configured with

    /// An identity without a leaf certificate.
    case emptyChain
    /// The private key is no PKCS #8 `PrivateKeyInfo` of a kind TLS can use.
    case unreadableKey
    /// The leaf certificate is unreadable, or carries another public key than the private key's.
    case keyDoesNotFitLeaf
    /// A server must have an identity to prove.
    case identityRequired
    /// A setting outside what it may be.
    case setting(name: String, value: String)

    // MARK: The handshake

    /// The peer did not finish its handshake within the deadline.
    case handshakeTimedOut(after: TimeAmount)
    /// The connection ended before both ends were proved.
    case peerClosedDuringHandshake
    /// The peer offers or takes no protocol version that we do.
    case protocolVersion
    /// The peer speaks HTTP without TLS.
    case plaintextHTTP
    /// What the peer sends is no TLS at all.
    case notTLS
    /// The peer has no certificate to show.
    case noCertificate
    /// The leaf, the peer's or our own, may not sign handshakes: its key usage lacks digitalSignature.
    case keyUsageForbidsSigning
    /// The peer could not prove that it holds the key of its certificate.
    case possessionNotProved
    /// Our verifier refused the peer's certificates, and this alert said so.
    case peerRefused(TLSAlert)
    /// The server name asked for is not served here; `nil`: none was asked for.
    case serverNameRefused(String?)
    /// No application protocol in common.
    case noApplicationProtocol
    /// The other end did not prove that it knows the words of this invitation: they were mistyped, or somebody else
    /// answers or asks in its place.
    case codeNotProved(Int)
    /// There is no open invitation by the number named; nil: none was named.
    case noOpenInvitation(Int?)
    /// TLS 1.2 without the extended master secret (RFC 7627): nothing binds its proofs to this connection.
    case noExtendedMasterSecret
    /// No cipher, group or signature algorithm in common.
    case nothingInCommon(String)
    /// A hybrid key exchange is demanded here, and the peer has none; with an alert: it gave up with that when it was offered
    /// nothing else.
    case noHybridKeyExchange(TLSAlert?)
    /// A handshake message larger than allowed, in bytes.
    case handshakeTooLarge(limit: Int)
    /// The peer broke the protocol; the library's word for how.
    case malformed(String)

    // MARK: The connection

    /// A record failed authentication.
    case recordNotAuthentic
    /// The peer changed keys more than 32 times in a row without sending data. BoringSSL keeps that count, and holds back
    /// our answering updates until we write (RFC 8446 §4.6.3), so neither work nor memory grows with a flood.
    case keyUpdateFlood
    /// The peer gave up with this alert.
    case peerAlert(TLSAlert)
    /// The peer gave up with an alert that the registry does not know.
    case unknownPeerAlert(UInt8)
    /// The transport ended without close_notify: what came before may have been cut (RFC 8446 §6.1).
    case truncated
    /// Nothing can be written or exported: the connection is not, or no longer, open for it.
    case notOpen
    /// The library refused for a reason of its own.
    case library(code: UInt32, reason: String)

    /// One sentence for a log: what happened, and with which value.
    public var explanation: String {
        switch self {
        case .emptyChain: "the identity has no certificate"
        case .unreadableKey: "the private key is not a PKCS #8 key that TLS can use"
        case .keyDoesNotFitLeaf: "the private key does not belong to the leaf certificate"
        case .identityRequired: "a server needs a certificate and key of its own"
        case .setting(let name, let value): "the setting \(name) cannot be \(value)"
        case .handshakeTimedOut(let deadline):
            "the peer did not finish its handshake within \(deadline.nanoseconds / 1_000_000) ms"
        case .peerClosedDuringHandshake: "the peer closed the connection before the handshake was finished"
        case .protocolVersion: "the peer has no TLS version in common with us"
        case .plaintextHTTP: "the peer speaks HTTP without TLS"
        case .notTLS: "the peer does not speak TLS"
        case .noCertificate: "the peer showed no certificate"
        case .keyUsageForbidsSigning:
            "the leaf certificate may not sign handshakes: its key usage lacks digitalSignature"
        case .possessionNotProved:
            "the peer did not prove possession of its certificate's key: bad CertificateVerify signature"
        case .peerRefused(let alert): "the peer's certificates were refused; it was told \(alert)"
        case .serverNameRefused(let name?): "the client asked for the server name \"\(name)\", which is not served here"
        case .serverNameRefused(nil): "the client asked for no server name, and one is required here"
        case .codeNotProved(let number):
            "the other end did not prove that it knows the words of invitation \(number): "
                + "they were mistyped, or somebody stands between"
        case .noOpenInvitation(let number?): "no invitation with the number \(number) is open there"
        case .noOpenInvitation(nil): "the client asked for pairing and named no invitation"
        case .noApplicationProtocol: "the peer offers no application protocol that is served here"
        case .noExtendedMasterSecret:
            "the peer speaks TLS 1.2 without the extended master secret, so that its proof could be used on another connection"
        case .nothingInCommon(let what): "the peer and we have no algorithm in common: \(what)"
        case .noHybridKeyExchange(nil):
            "the peer offers no hybrid post-quantum key exchange (X25519MLKEM768), which is demanded here"
        case .noHybridKeyExchange(let alert?):
            "the peer gave up with the alert \(alert) (\(alert.rawValue)) when it was offered a hybrid post-quantum key"
                + " exchange (X25519MLKEM768) alone, which is demanded here"
        case .handshakeTooLarge(let limit): "the peer sent a handshake message of more than \(limit) bytes"
        case .malformed(let how): "the peer broke the TLS protocol: \(how)"
        case .recordNotAuthentic: "a record from the peer failed authentication: it was altered or made with other keys"
        case .keyUpdateFlood: "the peer updated its keys too many times without sending data"
        case .peerAlert(let alert): "the peer sent the alert \(alert) (\(alert.rawValue)): \(alert.meaning)"
        case .unknownPeerAlert(let value): "the peer gave up with the unassigned alert \(value)"
        case .truncated: "the connection ended without close_notify: data may have been cut off"
        case .notOpen: "the TLS connection is not open for that"
        case .library(let code, let reason): "the TLS library failed: \(reason) (\(code))"
        }
    }
}

extension TLSFailure {
    /// The peer's alert by its number in the registry.
    init(alertCode code: UInt8) {
        self = TLSAlert(rawValue: code).map { .peerAlert($0) } ?? .unknownPeerAlert(code)
    }

    /// Bytes from a stranger as text that is safe in a log line: printable ASCII as it is, the rest as `\xNN`, cut after 64 bytes.
    static func escaped(_ bytes: some Sequence<UInt8>) -> String {
        // 64: longer than any honest label, short enough that a log line stays a line.
        let limit = 64
        var text = ""
        var count = 0
        for byte in bytes {
            guard count < limit else { return text + "…" }
            count += 1
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""), ..<0x20, 0x7F...:
                let digits = String(byte, radix: 16)
                text += "\\x" + (digits.count == 1 ? "0" : "") + digits
            default:
                text.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return text
    }
}
