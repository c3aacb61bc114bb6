/// A workload's identity: a trust domain and a path (SPIFFE-ID standard, section 2). There is one spelling for each
/// ID, so equal IDs are equal texts.
public struct SPIFFEID: Hashable, Sendable, CustomStringConvertible, Comparable {
    /// SPIFFE-ID standard, section 2.3: implementations support 2048 octets and make no more; we take no more.
    public static let maximumOctets = 2048

    public let trustDomain: TrustDomain
    /// The segments behind the trust domain; none in the ID of the trust domain itself.
    public let path: [String]
    /// The canonical text, `spiffe://…`.
    public let description: String

    /// A whole ID, `spiffe://example.org/ns/web`.
    public init(_ text: some StringProtocol) throws(NameFailure) {
        do throws(Flaw) {
            let octets = Array(text.utf8)
            (trustDomain, path) = try Self.parse(octets)
            description = String(decoding: octets, as: UTF8.self)
        } catch {
            throw .spiffe(error, in: NameText.shown(text))
        }
    }

    /// The ID with these segments, each checked as if it had been read.
    public init(trustDomain: TrustDomain, path: [String]) throws(NameFailure) {
        let text = Self.scheme + trustDomain.description + path.map { "/" + $0 }.joined()
        let id = try SPIFFEID(text)
        // A segment with a slash in it would be read as two.
        guard id.path == path else { throw .spiffe(.slashInSegment, in: NameText.shown(text)) }
        self = id
    }

    init(of trustDomain: TrustDomain) {
        self.trustDomain = trustDomain
        path = []
        description = Self.scheme + trustDomain.description
    }

    public static func == (first: SPIFFEID, second: SPIFFEID) -> Bool { first.description == second.description }
    public func hash(into hasher: inout Hasher) { hasher.combine(description) }
    public static func < (first: SPIFFEID, second: SPIFFEID) -> Bool { first.description < second.description }

    static let scheme = "spiffe://"
    private static let schemeOctets = Array(scheme.utf8)

    /// Whether a URI means to be a SPIFFE ID. The scheme's case is not looked at here, so that `SPIFFE:` cannot pass
    /// as another kind of URI.
    static func isClaimed(by text: some StringProtocol) -> Bool {
        text.utf8.prefix(7).map(\.asciiLowercased).elementsEqual("spiffe:".utf8)
    }

    private static func parse(_ text: [UInt8]) throws(Flaw) -> (TrustDomain, [String]) {
        guard !text.isEmpty else { throw .empty }
        guard text.count <= maximumOctets else { throw .tooLong(octets: text.count) }
        guard text.starts(with: schemeOctets) else {
            let isOnlyCase = text.prefix(schemeOctets.count).map(\.asciiLowercased) == schemeOctets
            throw isOnlyCase ? .upperCaseScheme : .otherScheme
        }
        if let mark = text.first(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) {
            throw mark == UInt8(ascii: "?") ? .query : .fragment
        }
        let slash = UInt8(ascii: "/")
        let rest = text[schemeOctets.count...]
        let trustDomain = try TrustDomain.parse(rest.prefix { $0 != slash })
        var path: [String] = []
        var position = rest.startIndex + trustDomain.description.utf8.count
        while position < text.count {
            let segment = text[(position + 1)...].prefix { $0 != slash }
            try check(segment, isLast: segment.endIndex == text.count)
            path.append(String(decoding: segment, as: UTF8.self))
            position = segment.endIndex
        }
        return (trustDomain, path)
    }

    /// SPIFFE-ID standard, section 2.2.
    private static func check(_ segment: ArraySlice<UInt8>, isLast: Bool) throws(Flaw) {
        guard !segment.isEmpty else { throw isLast ? .finalSlash : .emptySegment(at: segment.startIndex) }
        for (position, octet) in zip(segment.indices, segment) {
            switch octet {
            case _ where octet.isASCIILetter || octet.isASCIIDigit: continue
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): continue
            case UInt8(ascii: "%"): throw .percentEscape(at: position)
            default: throw .character(octet, at: position)
            }
        }
        guard segment.count > 2 || !segment.allSatisfy({ $0 == UInt8(ascii: ".") }) else {
            throw .dotSegment(at: segment.startIndex)
        }
    }
}
