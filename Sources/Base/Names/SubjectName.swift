/// A name that a certificate gives its subject. The kinds never stand for one another (RFC 9525 §6.1).
public enum SubjectName: Hashable, Sendable, CustomStringConvertible {
    case spiffe(SPIFFEID)
    case dns(DNSPattern)
    case ip(IPAddress)
    case mail(Mailbox)
    case uri(URIName)

    /// A name with its kind in front, as `description` writes it. DNS names are taken as operator's input.
    public init(_ text: some StringProtocol) throws(NameFailure) {
        guard let prefix = NamePrefix(of: text) else { throw .kindMissing(in: NameText.shown(text)) }
        let name = prefix.rest(of: text)
        switch prefix {
        case .dns: self = .dns(try DNSPattern(operatorInput: name))
        case .ip: self = .ip(try IPAddress(name))
        case .mail: self = .mail(try Mailbox(name))
        case .spiffe, .uri: try self.init(uri: name)
        }
    }

    /// The uniformResourceIdentifier of a certificate: a SPIFFE ID when its scheme says so in any case, and then by
    /// the strict rules.
    public init(uri text: some StringProtocol) throws(NameFailure) {
        self = SPIFFEID.isClaimed(by: text) ? .spiffe(try SPIFFEID(text)) : .uri(try URIName(text))
    }

    public var description: String {
        switch self {
        case .spiffe(let id): id.description
        case .dns(let pattern): "dns:\(pattern)"
        case .ip(let address): "ip:\(address)"
        case .mail(let mailbox): "mail:\(mailbox)"
        case .uri(let uri): "uri:\(uri)"
        }
    }
}
