/// A name that we expect a peer to prove (RFC 9525 §2, "reference identity").
public enum ReferenceName: Hashable, Sendable, CustomStringConvertible {
    case spiffe(SPIFFEID)
    case dns(DNSName)
    case ip(IPAddress)
    case mail(Mailbox)
    case uri(URIName)

    /// A name with its kind in front: `dns:`, `ip:`, `mail:`, `spiffe://` or `uri:`. DNS names are taken as
    /// operator's input.
    public init(_ text: some StringProtocol) throws(NameFailure) {
        guard let prefix = NamePrefix(of: text) else { throw .kindMissing(in: NameText.shown(text)) }
        let name = prefix.rest(of: text)
        switch prefix {
        case .dns: self = .dns(try DNSName(operatorInput: name))
        case .ip: self = .ip(try IPAddress(name))
        case .mail: self = .mail(try Mailbox(name))
        case .spiffe, .uri:
            self = SPIFFEID.isClaimed(by: name) ? .spiffe(try SPIFFEID(name)) : .uri(try URIName(name))
        }
    }

    /// RFC 9525 §6: whether a presented name of the same kind is this one. A DNS name is never proved by an address
    /// or a URI, nor the reverse.
    public func matches(_ presented: SubjectName) -> Bool {
        switch (self, presented) {
        case (.spiffe(let expected), .spiffe(let id)): expected == id
        case (.dns(let expected), .dns(let pattern)): pattern.matches(expected)
        case (.ip(let expected), .ip(let address)): expected == address
        case (.mail(let expected), .mail(let mailbox)): expected == mailbox
        case (.uri(let expected), .uri(let uri)): expected == uri
        case (.spiffe, _), (.dns, _), (.ip, _), (.mail, _), (.uri, _): false
        }
    }

    public var description: String {
        switch self {
        case .spiffe(let id): id.description
        case .dns(let name): "dns:\(name)"
        case .ip(let address): "ip:\(address)"
        case .mail(let mailbox): "mail:\(mailbox)"
        case .uri(let uri): "uri:\(uri)"
        }
    }
}
