import SymbolonNames
public import SymbolonVerification

/// Who may come in: the peers that one of the patterns means, and nobody else. An empty list denies all.
public struct AllowList: Hashable, Sendable {
    public let patterns: [IdentityPattern]

    public init(_ patterns: [IdentityPattern]) {
        self.patterns = patterns
    }

    /// Judges a peer by its names. A peer with a SPIFFE ID has one, and SPIFFE patterns are held against it; patterns of
    /// other kinds against every name that its authority gave it.
    public func decide(_ peer: VerifiedPeer) -> Decision {
        decide(names: peer.names)
    }

    func decide(names: [SubjectName]) -> Decision {
        for pattern in patterns where names.contains(where: pattern.matches) {
            return .allowed(rule: pattern.description)
        }
        return .denied(considered: patterns.map(\.description))
    }
}
