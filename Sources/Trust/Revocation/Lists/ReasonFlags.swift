internal import SymbolonCertificates

/// For which reasons a list or a distribution point speaks: ReasonFlags of RFC 5280 §4.2.1.13.
public struct ReasonFlags: OptionSet, Hashable, Sendable, CustomStringConvertible {
    /// Bit n of the standard is bit n here; bit 0 is unused.
    public let rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// Every reason there is: a certificate is good only when all of them were looked for. RFC 5280 §6.3.2(a).
    public static let all = ReasonFlags(rawValue: 0b1_1111_1110)

    private static let names = [
        "unused", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation",
        "certificateHold", "privilegeWithdrawn", "aACompromise",
    ]

    /// The standard's names of the bits that are set.
    public var description: String {
        Self.names.indices.filter { rawValue & (1 << $0) != 0 }.map { Self.names[$0] }.joined(separator: ", ")
    }

    init(_ reader: inout DERReader, _ tag: DERTag) throws(DERFailure) {
        rawValue = try reader.namedBits(tag)
    }
}
