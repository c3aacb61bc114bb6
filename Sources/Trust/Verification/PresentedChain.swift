/// The certificates that came from the wire, unchecked, the leaf first.
///
/// The first one is the one whose key signed the handshake (RFC 8446 §4.4.2). Only it can give the peer a name; the
/// others are candidates for issuers, in any order, and say nothing of who the peer is.
public struct PresentedChain: Hashable, Sendable {
    public let der: [[UInt8]]
    /// OCSP answers that came in the same handshake (RFC 8446 §4.4.2.1), as bytes. One that cannot be read says nothing.
    public let stapledAnswers: [[UInt8]]

    public init(der: [[UInt8]], stapledAnswers: [[UInt8]] = []) {
        self.der = der
        self.stapledAnswers = stapledAnswers
    }
}
