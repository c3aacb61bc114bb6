/// The root of trust of SPIFFE IDs: the authority part of `spiffe://example.org/…` (SPIFFE-ID standard, section 2.1).
public struct TrustDomain: Hashable, Sendable, CustomStringConvertible, Comparable {
    /// SPIFFE-ID standard, section 2.3: the host of a URI has at most 255 octets (RFC 3986 §3.2.2).
    public static let maximumOctets = 255

    /// The name, without scheme.
    public let description: String

    /// A bare name such as `example.org`; lower-case letters, digits, dots, hyphens and underscores.
    public init(_ text: some StringProtocol) throws(NameFailure) {
        do throws(SPIFFEID.Flaw) {
            self = try Self.parse(Array(text.utf8)[...])
        } catch {
            throw .spiffe(error, in: NameText.shown(text))
        }
    }

    private init(checked description: String) { self.description = description }

    /// The trust domain's own ID, which has no path and which its signing certificates carry.
    public var id: SPIFFEID { SPIFFEID(of: self) }

    public static func < (first: TrustDomain, second: TrustDomain) -> Bool { first.description < second.description }

    /// - Parameter text: A slice whose positions are those of the whole text.
    static func parse(_ text: ArraySlice<UInt8>) throws(SPIFFEID.Flaw) -> TrustDomain {
        guard !text.isEmpty else { throw .emptyTrustDomain }
        guard text.count <= maximumOctets else { throw .trustDomainTooLong(octets: text.count) }
        guard !text.contains(UInt8(ascii: "@")) else { throw .userInformation }
        for (position, octet) in zip(text.indices, text) {
            switch octet {
            case _ where octet.isASCIILower || octet.isASCIIDigit: continue
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): continue
            case _ where octet.isASCIIUpper: throw .upperCaseTrustDomain(at: position)
            case UInt8(ascii: ":"): throw .port
            case UInt8(ascii: "%"): throw .percentEscape(at: position)
            default: throw .character(octet, at: position)
            }
        }
        return TrustDomain(checked: String(decoding: text, as: UTF8.self))
    }
}
