/// A URI that names a peer, other than a SPIFFE ID: absolute (RFC 3986 §4.3), with a host that can be read in one way
/// only, or none.
///
/// Scheme and host are canonical (RFC 3986 §6.2.2.1); the rest is kept and compared as it was written.
public struct URIName: Hashable, Sendable, CustomStringConvertible {
    public enum Host: Hashable, Sendable {
        case dns(DNSName)
        case ip(IPAddress)
        /// The URI has no authority part, as `urn:uuid:…`.
        case none
    }

    /// Ours: as much as a SPIFFE ID may have.
    public static let maximumOctets = 2048

    /// In lower case; never `spiffe`.
    public let scheme: String
    public let host: Host
    /// The canonical text.
    public let description: String

    /// The uniformResourceIdentifier of a certificate, or what a person wrote.
    public init(_ text: some StringProtocol) throws(NameFailure) {
        do throws(Flaw) {
            let parts = try URIText.parse(Array(text.utf8))
            guard parts.scheme != "spiffe" else { throw .spiffeScheme }
            (scheme, host, description) = (parts.scheme, parts.host, parts.canonical)
        } catch {
            throw .uri(error, in: NameText.shown(text))
        }
    }

    public static func == (first: URIName, second: URIName) -> Bool { first.description == second.description }
    public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}

extension URIName {
    /// What keeps a text from naming a peer. Positions count octets from 0.
    public enum Flaw: Error, Equatable, Sendable {
        case empty
        case tooLong(octets: Int)
        case noScheme
        /// A SPIFFE ID has its own type and its own rules.
        case spiffeScheme
        case nothingBehindScheme
        case userInformation
        case emptyHost
        case zone
        case port
        case brackets
        case hostName(DNSName.Flaw)
        case hostAddress(IPAddress.Flaw)
        case percentEscape(at: Int)
        case character(UInt8, at: Int)

        public var explanation: String {
            switch self {
            case .empty: "it is empty"
            case .tooLong(let octets): "it has \(octets) octets, at most \(URIName.maximumOctets) are allowed"
            case .noScheme: "it does not begin with a scheme and a colon"
            case .spiffeScheme: "a SPIFFE ID is written spiffe://DOMAIN/PATH and follows its own rules"
            case .nothingBehindScheme: "nothing stands behind its scheme"
            case .userInformation: "it has user information before its host"
            case .emptyHost: "its host is empty"
            case .zone: "its host has a zone, which has no meaning outside one machine"
            case .port: "its port is not a number from 1 to 65535 without leading zero"
            case .brackets: "its host has brackets, but not as [IPv6 address]"
            case .hostName(let flaw): "in its host, \(flaw.explanation)"
            case .hostAddress(let flaw): "in its host, \(flaw.explanation)"
            case .percentEscape(let position):
                "the percent sign at character \(position + 1) is not followed by two hexadecimal digits"
            case .character(let octet, let position):
                "character \(position + 1) is \"\(NameText.shown(String(UnicodeScalar(octet))))\", which no URI has"
            }
        }
    }
}
