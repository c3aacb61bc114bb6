/// One host's DNS name in canonical form: lower-case letters, digits and hyphens, A-labels only, no final dot, no
/// wildcard.
///
/// RFC 1123 §2.1 with the bounds of RFC 1035 §2.3.4 and the label kinds of RFC 5890 §2.3.1. Two names are equal when
/// DNS would say so (RFC 4343 §3), because upper case is gone.
public struct DNSName: Hashable, Sendable, CustomStringConvertible {
    /// RFC 1035 §2.3.4: 255 octets on the wire, two of which the text does not have.
    public static let maximumOctets = 253
    /// RFC 1035 §2.3.4.
    public static let maximumLabelOctets = 63

    /// The canonical text.
    public let description: String

    /// The name that a certificate or a protocol presents: upper case is folded, everything else is strict.
    public init(_ text: some StringProtocol) throws(NameFailure) {
        do throws(Flaw) {
            description = try DNSLabels.canonical(Array(text.utf8)[...])
        } catch {
            throw .dns(error, in: NameText.shown(text))
        }
    }

    /// The name that a person typed or configured: as `init(_:)`, and one final dot, which there only says "fully
    /// qualified", is dropped.
    public init(operatorInput text: some StringProtocol) throws(NameFailure) {
        try self.init(DNSLabels.withoutFinalDot(text))
    }

    /// For text that `DNSLabels` made canonical.
    init(canonical description: String) { self.description = description }

    /// The number of labels, at least one.
    public var labelCount: Int { description.utf8.count { $0 == UInt8(ascii: ".") } + 1 }

    /// Whether this name is `other` or lies below it, label by label: `a.example.com` is below `example.com`,
    /// `anexample.com` is not.
    public func isAtOrBelow(_ other: DNSName) -> Bool {
        self == other || isBelow(other)
    }

    /// Whether this name has `other` as its end and at least one label more.
    public func isBelow(_ other: DNSName) -> Bool {
        let own = description.utf8
        let base = other.description.utf8
        guard own.count > base.count + 1, own.suffix(base.count).elementsEqual(base) else { return false }
        return own.dropLast(base.count).last == UInt8(ascii: ".")
    }

    /// The name without its leftmost label; nil for a single label.
    public var parent: DNSName? {
        guard let dot = description.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        return DNSName(canonical: String(description[description.utf8.index(after: dot)...]))
    }
}

extension DNSName: Comparable {
    /// The order of the canonical texts.
    public static func < (first: DNSName, second: DNSName) -> Bool { first.description < second.description }
}
