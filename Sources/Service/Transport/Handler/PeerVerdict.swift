/// What the peer shows in the handshake: claims, nothing checked yet.
public struct PresentedPeer: Sendable {
    /// The certificates in DER in the order sent, at least one; the peer says the first is its own.
    public let chain: [[UInt8]]
    /// The OCSP answer that a server sent with its certificate (RFC 8446 §4.4.2.1), as bytes; nil when it sent none. Every
    /// client asks for one.
    public let stapledAnswer: [UInt8]?
    /// On a server, the host name that the client asks for, in lower case; on a client, the one that it asked for.
    public let serverName: String?
}

/// What verification made of a presented peer.
///
/// The peer has not yet proved possession of its key when the verdict falls: an accepted peer is a peer only once
/// `TLSHandshakeCompleted` arrives.
public enum PeerVerdict: Sendable {
    /// Go on; the value comes back in `SessionFacts.verified`.
    case accepted(any Sendable)
    /// Stop, and send this alert. `closeNotify` is no refusal and goes out as `certificateUnknown`.
    case refused(TLSAlert)
}

/// A client that showed no certificate to a server that lets it (`TLSSettings.clientCertificate`).
public struct UnprovedPeer: Sendable {}
