extension DNSName {
    /// What keeps a text from being a DNS name, or a presented identifier with a wildcard. Positions count octets
    /// from 0.
    public enum Flaw: Error, Equatable, Sendable {
        case empty
        case tooLong(octets: Int)
        case labelTooLong(octets: Int)
        case emptyLabel(at: Int)
        case finalDot
        case notASCII(at: Int)
        case controlCharacter(UInt8, at: Int)
        case underscore(at: Int)
        case character(UInt8, at: Int)
        case hyphenAtEdge(label: String)
        /// RFC 5890 §2.3.1: hyphens in the third and fourth place without the prefix of an A-label.
        case reservedLabel(String)
        /// RFC 5890 §2.3.1, a "fake A-label": what follows `xn--` does not decode, or decodes to ASCII alone.
        case fakeALabel(String)
        /// RFC 1123 §2.1: the final label is never a number, so that an address is never a name.
        case numericFinalLabel(String)
        case wildcard
        /// RFC 9525 §6.3: the wildcard is not the complete leftmost label.
        case partialWildcard(at: Int)
        /// A wildcard with fewer than two labels behind it.
        case wildcardTooWide

        public var explanation: String {
            switch self {
            case .empty: "it is empty"
            case .tooLong(let octets): "it has \(octets) octets, at most \(DNSName.maximumOctets) are allowed"
            case .labelTooLong(let octets):
                "a label has \(octets) octets, at most \(DNSName.maximumLabelOctets) are allowed"
            case .emptyLabel(let position): "the label at character \(position + 1) is empty"
            case .finalDot: "it ends with a dot; write it without"
            case .notASCII(let position):
                "character \(position + 1) is not ASCII; write the A-label form, which begins with xn--"
            case .controlCharacter(let octet, let position):
                "character \(position + 1) is the control character \(octet)"
            case .underscore(let position): "character \(position + 1) is an underscore, which host names do not have"
            case .character(let octet, let position):
                "character \(position + 1) is \"\(NameText.shown(String(UnicodeScalar(octet))))\"; "
                    + "only letters, digits, hyphens and dots are allowed"
            case .hyphenAtEdge(let label): "the label \"\(label)\" begins or ends with a hyphen"
            case .reservedLabel(let label):
                "the label \"\(label)\" has hyphens in the third and fourth place and does not begin with xn--"
            case .fakeALabel(let label): "the label \"\(label)\" begins with xn-- but is not a valid A-label"
            case .numericFinalLabel(let label):
                "its last label \"\(label)\" is a number, as in an IP address; an address is named by ip:"
            case .wildcard: "a wildcard is not one host's name"
            case .partialWildcard(let position):
                "the wildcard at character \(position + 1) is not the whole leftmost label"
            case .wildcardTooWide: "a wildcard needs at least two labels behind it"
            }
        }
    }
}
