public import SymbolonNames

/// Names that an authority may certify beside those that it was made for.
public enum Permission: Hashable, Sendable, CustomStringConvertible {
    /// DNS names at and below this.
    case dns(DNSName)
    /// Addresses inside this.
    case network(IPNetwork)
    /// Mailboxes of this domain.
    case mail(DNSName)

    /// As a store holds it: a kind, and a name as its canonical text. Nil for a kind that is not known.
    public init?(kind: String, name: String) throws(NameFailure) {
        switch kind {
        case "dns": self = .dns(try DNSName(name))
        case "ip": self = .network(try IPNetwork(name))
        case "mail": self = .mail(try DNSName(name))
        default: return nil
        }
    }

    public var kind: String {
        switch self {
        case .dns: "dns"
        case .network: "ip"
        case .mail: "mail"
        }
    }

    public var name: String {
        switch self {
        case .dns(let name), .mail(let name): name.description
        case .network(let network): network.description
        }
    }

    public var description: String { "\(kind):\(name)" }
}

extension AuthorityConfiguration {
    /// Those of these that it does not permit already, each once, in their order.
    public func lacking(_ permissions: [Permission]) -> [Permission] {
        var lacking: [Permission] = []
        for permission in permissions where !permits(permission) && !lacking.contains(permission) {
            lacking.append(permission)
        }
        return lacking
    }

    /// All that it permits.
    var permissions: [Permission] {
        permittedDNS.map(Permission.dns) + permittedNetworks.map(Permission.network)
            + permittedMail.map(Permission.mail)
    }

    private func permits(_ permission: Permission) -> Bool {
        switch permission {
        case .dns(let name): permittedDNS.contains { name.isAtOrBelow($0) }
        case .network(let network): permittedNetworks.contains(network)
        case .mail(let domain): permittedMail.contains(domain)
        }
    }

    /// The same authority, permitted these as well.
    public func permitting(_ permissions: [Permission]) -> AuthorityConfiguration {
        var next = self
        for permission in lacking(permissions) {
            switch permission {
            case .dns(let name): next.permittedDNS.append(name)
            case .network(let network): next.permittedNetworks.append(network)
            case .mail(let domain): next.permittedMail.append(domain)
            }
        }
        return next
    }
}
