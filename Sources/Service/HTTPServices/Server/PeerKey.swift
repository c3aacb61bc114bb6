internal import SymbolonProxy

/// What counts as one peer when work is bounded.
enum PeerKey: Hashable, Sendable {
    /// As it was proved, byte for byte: nobody chooses its spelling.
    case identity(String)
    /// The words of this invitation.
    case invitation(Int)
    /// An IPv4 address, or an IPv6 /64 network: the least that one customer is given (RFC 6177 §2).
    case address(PeerAddress)
}
