/// The path of a request, by segments, as a policy reads it.
///
/// One spelling for each path: the query is left out, and escaped is what is not printable ASCII, and nothing else. What a server could read in two ways, such as
/// `/a/../b`, `/a//b`, `/a%2Fb` or a backslash, is no path at all, so that no rule is passed by a second spelling.
public struct RequestPath: Hashable, Sendable, CustomStringConvertible {
    /// `/` is one empty segment, and `/a/` ends in one.
    public let segments: [String]

    /// 8,192 octets: more than servers take (RFC 9110 §4.1 asks for 8,000).
    static let mostOctets = 8192

    public init(_ text: some StringProtocol) throws(PathFailure) {
        let octets = Array(text.utf8.prefix { $0 != UInt8(ascii: "?") })
        guard octets.count <= Self.mostOctets else { throw .tooLong }
        guard octets.first == UInt8(ascii: "/") else { throw .noSlash }
        var segments: [String] = []
        for segment in octets.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            segments.append(try Self.decode(segment))
        }
        guard !segments.dropLast().contains(where: \.isEmpty) else { throw .emptySegment }
        guard !segments.contains(where: { $0 == "." || $0 == ".." }) else { throw .dotSegment }
        self.segments = segments
    }

    public var description: String { "/" + segments.joined(separator: "/") }

    /// The same path as it travels (RFC 3986 §3.3): escaped is what stands in no path, and nothing else.
    public var encoded: String {
        segments.reduce(into: "") { text, segment in
            text += "/"
            for octet in segment.utf8 {
                switch octet {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: text.unicodeScalars.append(UnicodeScalar(octet))
                case _ where Self.marks.contains(octet): text.unicodeScalars.append(UnicodeScalar(octet))
                default:
                    text +=
                        "%" + String(octet >> 4, radix: 16, uppercase: true)
                        + String(octet & 15, radix: 16, uppercase: true)
                }
            }
        }
    }

    /// Beside letters and digits; the percent sign stands only where an escape begins.
    private static let marks = Set("-._~!$&'()*+,=:@%".utf8)

    /// RFC 3986 §2.1.
    private static func decode(_ segment: ArraySlice<UInt8>) throws(PathFailure) -> String {
        var text = ""
        var octets: [UInt8] = []
        var rest = segment
        while let octet = rest.popFirst() {
            var value = octet
            if octet == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap(Self.nibble), let low = rest.popFirst().flatMap(Self.nibble)
                else { throw .escape }
                value = high << 4 | low
            }
            octets.append(value)
            switch value {
            case ..<0x20, 0x7F, UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "#"): throw .character
            // RFC 3986 §3.3: what stands behind it is a parameter to some servers, and a part of the name to others.
            case UInt8(ascii: ";"): throw .parameter
            // Escaped, so that equal texts are equal octets: Unicode has several spellings of one letter.
            case UInt8(ascii: "%"), 0x80...: text += "%" + String(value, radix: 16, uppercase: true)
            default: text.unicodeScalars.append(UnicodeScalar(value))
            }
        }
        // RFC 3629 §3: an overlong form is another spelling, of a slash for instance, to whoever takes it.
        guard String(validating: octets, as: UTF8.self) != nil else { throw .encoding }
        return text
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
}

/// Why a text is no path that a rule can be held against.
public enum PathFailure: Error, Equatable, Sendable {
    case tooLong, noSlash, emptySegment, dotSegment, escape, character, parameter, encoding
    /// A star that is a part of a segment, or two stars that are not the last one.
    case star

    public var explanation: String {
        switch self {
        case .tooLong: "the path is over \(RequestPath.mostOctets) octets"
        case .noSlash: "a path begins with a slash: /ledger/**"
        case .emptySegment: "the path has an empty segment (//), which servers read in two ways"
        case .dotSegment: "the path has a segment . or .., which servers read in two ways"
        case .escape: "a percent sign is followed by two hexadecimal digits"
        case .character: "the path has a slash, a backslash, # or a control character where servers read it in two ways"
        case .parameter: "the path has a semicolon, behind which servers read a name or a parameter"
        case .encoding: "the path is not in UTF-8"
        case .star: "a star is a whole segment (/a/*/b); ** is the last one, for any depth (/ledger/**)"
        }
    }
}

/// Which paths a rule means: `/ledger` that one, `/ledger/*` one segment below, `/ledger/**` one or more below.
public struct PathPattern: Hashable, Sendable, CustomStringConvertible {
    let segments: [IdentityPattern.Segment]
    let isOpen: Bool

    public init(_ text: some StringProtocol) throws(PathFailure) {
        var texts = String(text).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        isOpen = texts.count > 1 && texts.last == "**"
        if isOpen { texts.removeLast() }
        guard texts.allSatisfy({ $0 == "*" || !$0.contains("*") }) else { throw .star }
        guard !isOpen || texts.count == 1 || texts.last != "" else { throw .emptySegment }
        guard !text.contains("?") else { throw .character }
        // Checked as a path, with a letter wherever a star stands.
        let path = try RequestPath(
            (texts.count == 1 ? "/" : "") + texts.map { $0 == "*" ? "a" : $0 }.joined(separator: "/"))
        guard text.hasPrefix("/") else { throw .noSlash }
        segments = texts.count == 1 ? [] : zip(texts.dropFirst(), path.segments).map { $0 == "*" ? .any : .exactly($1) }
    }

    public var description: String { segments.map { "/" + $0.text }.joined() + (isOpen ? "/**" : "") }

    public func matches(_ path: RequestPath) -> Bool {
        guard isOpen ? path.segments.count > segments.count : path.segments.count == segments.count else {
            return false
        }
        for index in segments.indices {
            // A star stands for a segment, and there is none behind a last slash.
            if segments[index] == .any, path.segments[index].isEmpty { return false }
            guard segments[index].matches(path.segments[index]) else { return false }
        }
        return true
    }

    func covers(_ other: PathPattern) -> Bool {
        guard zip(segments, other.segments).allSatisfy({ $0 == $1 || ($0 == .any && $1 != .exactly("")) }) else {
            return false
        }
        if isOpen {
            return other.isOpen ? other.segments.count >= segments.count : other.segments.count > segments.count
        }
        return !other.isOpen && other.segments.count == segments.count
    }
}
