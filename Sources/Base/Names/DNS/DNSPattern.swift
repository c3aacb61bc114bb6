/// A DNS name as a certificate presents it: one host, or every host one label below a name (RFC 9525 §6.3).
public struct DNSPattern: Hashable, Sendable, CustomStringConvertible {
    /// The host itself, or the name behind `*.`.
    public let base: DNSName
    /// Whether exactly one label stands before `base`, whichever it is.
    public let isWildcard: Bool

    /// One host.
    public init(_ name: DNSName) {
        base = name
        isWildcard = false
    }

    /// The dNSName of a certificate. Upper case is folded; a final dot is refused; a wildcard is the complete
    /// leftmost label, once, with at least two labels behind it.
    public init(_ text: some StringProtocol) throws(NameFailure) {
        do throws(DNSName.Flaw) {
            (base, isWildcard) = try Self.parse(Array(text.utf8))
        } catch {
            throw .dns(error, in: NameText.shown(text))
        }
    }

    /// The pattern that a person typed or configured: one final dot is dropped, as `DNSName.init(operatorInput:)` does.
    public init(operatorInput text: some StringProtocol) throws(NameFailure) {
        try self.init(DNSLabels.withoutFinalDot(text))
    }

    public var description: String { isWildcard ? "*.\(base)" : base.description }

    /// RFC 9525 §6.3: equal label by label; the wildcard stands for exactly one whole label, which may be an A-label.
    public func matches(_ name: DNSName) -> Bool {
        guard isWildcard else { return name == base }
        let own = base.description.utf8
        let other = name.description.utf8
        guard let dot = other.firstIndex(of: UInt8(ascii: ".")) else { return false }
        return other[other.index(after: dot)...].elementsEqual(own)
    }

    private static func parse(_ octets: [UInt8]) throws(DNSName.Flaw) -> (DNSName, Bool) {
        let star = UInt8(ascii: "*")
        guard let wildcard = octets.lastIndex(of: star) else {
            return (DNSName(canonical: try DNSLabels.canonical(octets[...])), false)
        }
        guard octets.count <= DNSName.maximumOctets else { throw .tooLong(octets: octets.count) }
        guard wildcard == 0, octets.count == 1 || octets[1] == UInt8(ascii: ".") else {
            throw .partialWildcard(at: wildcard)
        }
        guard octets.count > 2 else { throw .wildcardTooWide }
        let base = DNSName(canonical: try DNSLabels.canonical(octets[2...]))
        guard base.labelCount >= 2 else { throw .wildcardTooWide }
        return (base, true)
    }
}
