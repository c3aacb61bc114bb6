extension SPIFFEID {
    /// What keeps a text from being a SPIFFE ID or a trust domain. Positions count octets from 0.
    public enum Flaw: Error, Equatable, Sendable {
        case empty
        case tooLong(octets: Int)
        case otherScheme
        case upperCaseScheme
        case emptyTrustDomain
        case trustDomainTooLong(octets: Int)
        case upperCaseTrustDomain(at: Int)
        case userInformation
        case port
        case percentEscape(at: Int)
        case query
        case fragment
        case emptySegment(at: Int)
        case dotSegment(at: Int)
        case finalSlash
        case slashInSegment
        case character(UInt8, at: Int)

        public var explanation: String {
            switch self {
            case .empty: "it is empty"
            case .tooLong(let octets): "it has \(octets) octets, at most \(SPIFFEID.maximumOctets) are allowed"
            case .otherScheme: "it does not begin with spiffe://"
            case .upperCaseScheme: "the scheme is written in lower case, spiffe://"
            case .emptyTrustDomain: "it has no trust domain"
            case .trustDomainTooLong(let octets):
                "its trust domain has \(octets) octets, at most \(TrustDomain.maximumOctets) are allowed"
            case .upperCaseTrustDomain(let position):
                "character \(position + 1) is upper case; trust domains are written in lower case"
            case .userInformation: "it has a user before its trust domain"
            case .port: "it has a port"
            case .percentEscape(let position): "there is a percent escape at character \(position + 1)"
            case .query: "it has a query"
            case .fragment: "it has a fragment"
            case .emptySegment(let position): "the path segment at character \(position + 1) is empty"
            case .dotSegment(let position): "the path segment at character \(position + 1) is \".\" or \"..\""
            case .finalSlash: "it ends with a slash"
            case .slashInSegment: "one of its path segments has a slash in it"
            case .character(let octet, let position):
                "character \(position + 1) is \"\(NameText.shown(String(UnicodeScalar(octet))))\"; "
                    + "only letters, digits, dots, hyphens and underscores are allowed"
            }
        }
    }
}
