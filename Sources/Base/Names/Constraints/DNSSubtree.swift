/// The DNS names at or below one name: a dNSName constraint (RFC 5280 §4.2.1.10).
public struct DNSSubtree: Hashable, Sendable, CustomStringConvertible {
    /// The name at the top, or nil for every DNS name, which an empty constraint says.
    let base: DNSName?

    /// The text of a dNSName constraint; empty for every name. A leading dot is refused: only URI and mail
    /// constraints have it.
    public init(_ text: some StringProtocol) throws(NameFailure) {
        base = text.isEmpty ? nil : try DNSName(text)
    }

    /// `name` and everything below it.
    public init(_ name: DNSName) { base = name }

    /// The text of the constraint, empty for every name.
    public var description: String { base?.description ?? "" }

    /// Whether every host that `pattern` stands for lies in the subtree.
    func contains(_ pattern: DNSPattern) -> Bool {
        guard let base else { return true }
        return pattern.base.isAtOrBelow(base)
    }

    /// Whether any host that `pattern` stands for lies in the subtree. `*.example.com` stands for `test.example.com`
    /// too, so it touches a subtree that begins exactly one label below its own base.
    func touches(_ pattern: DNSPattern) -> Bool {
        contains(pattern) || (pattern.isWildcard && base?.parent == pattern.base)
    }
}
