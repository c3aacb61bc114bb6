/// A distinguished name as it is compared: RFC 5280 §7.1 asks for attributes with white space and letter case folded, and
/// for the relative names as sets. Whoever parses the name folds it; here only prefixes are compared.
public struct DirectoryName: Hashable, Sendable, CustomStringConvertible {
    /// One attribute of a relative name, folded.
    public struct Attribute: Hashable, Sendable {
        /// The contents octets of the attribute type's object identifier.
        public let type: [UInt8]
        /// The folded value: texts that are equal have equal octets.
        public let value: [UInt8]

        public init(type: [UInt8], value: [UInt8]) {
            self.type = type
            self.value = value
        }
    }

    /// The most significant first.
    public let relativeNames: [Set<Attribute>]
    /// The name as it was written, for people: it does not count in comparisons.
    public let description: String
    /// DER of the name as it was written; it does not count in comparisons.
    public let derBytes: [UInt8]

    public init(relativeNames: [Set<Attribute>], description: String, derBytes: [UInt8]) {
        self.relativeNames = relativeNames
        self.description = description
        self.derBytes = derBytes
    }

    /// RFC 5280 §4.2.1.10, §7.1: whether this name begins with all relative names of `base`.
    public func isAtOrBelow(_ base: DirectoryName) -> Bool {
        relativeNames.starts(with: base.relativeNames)
    }

    public static func == (one: DirectoryName, other: DirectoryName) -> Bool {
        one.relativeNames == other.relativeNames
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(relativeNames) }
}
