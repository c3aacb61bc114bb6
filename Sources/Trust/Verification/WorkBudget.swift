/// How much work a stranger may ask of one verification. Each bound is held before the work is done.
public struct WorkBudget: Hashable, Sendable {
    /// What our own ends use.
    public static let standard = WorkBudget()

    /// Octets of all presented certificates together. 102,400: what BoringSSL lets into a handshake message
    /// (`SSL_MAX_CERT_LIST_DEFAULT`), so nothing larger can come from TLS.
    public var maximumChainBytes = 102_400
    /// Certificates presented, the leaf included. 64: published cross-signing graphs stay under 50 (BetterTLS).
    public var maximumCertificates = 64
    /// Intermediates in one path, self-issued ones not counted (as RFC 5280 §4.2.1.9 counts). 8: the public Web's deepest need is 3; paths in mesh and bridge trees stay under 8.
    public var maximumDepth = 8
    /// Signatures checked anew. 64: at 70 µs each for P-256 this is under 5 ms.
    public var maximumSignatures = 64
    /// Issuers tried, over all paths. 512: each costs under a microsecond when its signature is known already.
    public var maximumPathSteps = 512
    /// Names compared with constraints and with expected names. 65,536: 256 names under 256 subtrees, under 10 ms.
    public var maximumNameComparisons = 65_536

    public init() {}
}
