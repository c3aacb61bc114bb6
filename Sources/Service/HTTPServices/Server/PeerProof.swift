public import SymbolonEnrollment
public import SymbolonVerification

/// What the other end of a connection to the authority proved in its handshake.
public enum PeerProof: Sendable {
    /// Nothing: it presented no certificate. ACME speaks for itself, by signed requests.
    case none
    /// A certificate that our verifier accepted for a client.
    case certificate(VerifiedPeer)
    /// The words of an invitation (SPAKE2+).
    case invitation(ProvedCode)
}
