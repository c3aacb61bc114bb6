/// One subtree of a name constraint (RFC 5280 §4.2.1.10).
public enum NameSubtree: Hashable, Sendable, CustomStringConvertible {
    case dns(DNSSubtree)
    case ip(IPNetwork)
    case mail(MailSubtree)
    case uri(URISubtree)
    /// The names that begin with this one.
    case directory(DirectoryName)
    /// A kind of name whose subtrees we do not compare, by its tag in GeneralName. Every name of this kind is refused
    /// (X09).
    case unsupported(tag: UInt8)

    /// The kind of name that the subtree speaks of: the tag in GeneralName (RFC 5280 §4.2.1.6).
    public var tag: UInt8 {
        switch self {
        case .mail: SubjectName.mailTag
        case .dns: SubjectName.dnsTag
        case .uri: SubjectName.uriTag
        case .ip: SubjectName.ipTag
        case .directory: Self.directoryTag
        case .unsupported(let tag): tag
        }
    }

    public var description: String {
        switch self {
        case .dns(let subtree): "dns:\(subtree)"
        case .ip(let network): "ip:\(network)"
        case .mail(let subtree): "mail:\(subtree)"
        case .uri(let subtree): "uri:\(subtree)"
        case .directory(let name): "directory:\(NameText.shown(name.description))"
        case .unsupported(let tag): "kind:\(tag)"
        }
    }

    /// Whether all that `name` stands for lies in the subtree.
    func contains(_ name: SubjectName, host: ConstrainedHost?) -> Bool {
        switch (self, name) {
        case (.dns(let subtree), .dns(let pattern)): subtree.contains(pattern)
        case (.ip(let network), .ip(let address)): network.contains(address)
        case (.mail(let subtree), .mail(let mailbox)): subtree.contains(mailbox)
        case (.uri(let subtree), .uri), (.uri(let subtree), .spiffe): host.map(subtree.contains) ?? false
        case (.dns, _), (.ip, _), (.mail, _), (.uri, _), (.directory, _), (.unsupported, _): false
        }
    }

    /// Whether anything that `name` stands for lies in the subtree.
    func touches(_ name: SubjectName, host: ConstrainedHost?) -> Bool {
        switch (self, name) {
        case (.dns(let subtree), .dns(let pattern)): subtree.touches(pattern)
        case (.mail(.empty), .mail): true
        default: contains(name, host: host)
        }
    }
}

extension SubjectName {
    // RFC 5280 §4.2.1.6: the context-specific tags of GeneralName.
    static let mailTag: UInt8 = 1
    static let dnsTag: UInt8 = 2
    static let uriTag: UInt8 = 6
    static let ipTag: UInt8 = 7

    /// The tag that the name has in GeneralName.
    public var tag: UInt8 {
        switch self {
        case .mail: Self.mailTag
        case .dns: Self.dnsTag
        case .spiffe, .uri: Self.uriTag
        case .ip: Self.ipTag
        }
    }
}
