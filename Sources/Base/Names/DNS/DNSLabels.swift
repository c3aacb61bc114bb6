/// The label rules that DNS names, e-mail domains and the hosts of URIs share.
enum DNSLabels {
    /// Whether an underscore may stand where a letter may. Only the hosts of URIs: SPIFFE trust domains have them.
    enum Underscore { case refused, allowed }

    /// The canonical text of a host name without wildcard. Positions in a flaw are indices of the slice.
    static func canonical(
        _ octets: ArraySlice<UInt8>, underscore: Underscore = .refused
    ) throws(DNSName.Flaw) -> String {
        guard let last = octets.last else { throw .empty }
        guard octets.count <= DNSName.maximumOctets else { throw .tooLong(octets: octets.count) }
        for (position, octet) in zip(octets.indices, octets) {
            try check(octet, at: position, underscore)
        }
        guard last != UInt8(ascii: ".") || octets.count == 1 else { throw .finalDot }
        let text = octets.map(\.asciiLowercased)
        var start = 0
        while let dot = text[start...].firstIndex(of: UInt8(ascii: ".")) {
            try check(label: text[start..<dot], at: octets.startIndex + start)
            start = dot + 1
        }
        try check(label: text[start...], at: octets.startIndex + start)
        try checkFinal(label: text[start...])
        return String(decoding: text, as: UTF8.self)
    }

    /// The text without its last octet when that is a dot and not all there is. Cut by octets: a dot and what
    /// precedes it may be one `Character`.
    static func withoutFinalDot<Text: StringProtocol>(_ text: Text) -> Text.SubSequence {
        let count = text.utf8.count
        let last = text.utf8.index(text.startIndex, offsetBy: max(count - 1, 0))
        guard count > 1, text.utf8[last] == UInt8(ascii: ".") else { return text[...] }
        return text[..<last]
    }

    /// What follows a leading dot; nil without one. Cut by octets: a dot and what follows it may be one `Character`.
    static func behindLeadingDot<Text: StringProtocol>(_ text: Text) -> Text.SubSequence? {
        guard text.utf8.first == UInt8(ascii: ".") else { return nil }
        return text[text.utf8.index(after: text.startIndex)...]
    }

    private static func check(_ octet: UInt8, at position: Int, _ underscore: Underscore) throws(DNSName.Flaw) {
        switch octet {
        case _ where octet.isASCIILetter || octet.isASCIIDigit: return
        case UInt8(ascii: "-"), UInt8(ascii: "."): return
        case UInt8(ascii: "_"):
            guard underscore == .allowed else { throw .underscore(at: position) }
        case UInt8(ascii: "*"): throw .wildcard
        case 0x80...: throw .notASCII(at: position)
        case 0..<0x20, 0x7F: throw .controlCharacter(octet, at: position)
        default: throw .character(octet, at: position)
        }
    }

    /// RFC 1035 §2.3.4, RFC 1123 §2.1 and RFC 5890 §2.3.1, on a lower-case label.
    private static func check(label: ArraySlice<UInt8>, at position: Int) throws(DNSName.Flaw) {
        let hyphen = UInt8(ascii: "-")
        guard let first = label.first else { throw .emptyLabel(at: position) }
        guard label.count <= DNSName.maximumLabelOctets else { throw .labelTooLong(octets: label.count) }
        guard first != hyphen, label.last != hyphen else {
            throw .hyphenAtEdge(label: String(decoding: label, as: UTF8.self))
        }
        guard label.count >= 4, label[label.startIndex + 2] == hyphen, label[label.startIndex + 3] == hyphen else {
            return
        }
        guard first == UInt8(ascii: "x"), label[label.startIndex + 1] == UInt8(ascii: "n") else {
            throw .reservedLabel(String(decoding: label, as: UTF8.self))
        }
        guard Punycode.isWellFormed(label.dropFirst(4)) else {
            throw .fakeALabel(String(decoding: label, as: UTF8.self))
        }
    }

    /// RFC 1123 §2.1: the final label is alphabetic, which keeps dotted addresses apart. Resolvers also read
    /// `0x7f000001` as an address, so that spelling is refused with the decimal one.
    private static func checkFinal(label: ArraySlice<UInt8>) throws(DNSName.Flaw) {
        let isHexadecimal = label.starts(with: [UInt8(ascii: "0"), UInt8(ascii: "x")])
        let digits = isHexadecimal ? label.dropFirst(2) : label
        guard digits.allSatisfy({ isHexadecimal ? $0.isASCIIHexDigit : $0.isASCIIDigit }) else { return }
        throw .numericFinalLabel(String(decoding: label, as: UTF8.self))
    }
}
