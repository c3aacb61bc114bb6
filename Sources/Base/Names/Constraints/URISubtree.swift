/// The hosts that one uniformResourceIdentifier constraint covers (RFC 5280 §4.2.1.10). The trust domain of a SPIFFE
/// ID is its host.
public enum URISubtree: Hashable, Sendable, CustomStringConvertible {
    /// Every URI that has a host name, which an empty constraint says.
    case all
    /// One host, and not the hosts below it.
    case host(ConstrainedHost)
    /// The hosts below a domain, and not the domain itself: a leading dot.
    case below(ConstrainedHost)

    /// The text of a constraint: a host, or a domain behind a dot.
    public init(_ text: some StringProtocol) throws(NameFailure) {
        if text.isEmpty {
            self = .all
        } else if let domain = DNSLabels.behindLeadingDot(text) {
            self = .below(try ConstrainedHost(domain))
        } else {
            self = .host(try ConstrainedHost(text))
        }
    }

    /// The text of the constraint.
    public var description: String {
        switch self {
        case .all: ""
        case .host(let host): host.description
        case .below(let domain): ".\(domain)"
        }
    }

    func contains(_ name: ConstrainedHost) -> Bool {
        switch self {
        case .all: true
        case .host(let host): name == host
        case .below(let domain): name.isBelow(domain)
        }
    }
}

/// A host name as URI constraints compare it: a DNS name that may have underscores, because SPIFFE trust domains may.
public struct ConstrainedHost: Hashable, Sendable, CustomStringConvertible {
    /// In lower case.
    public let description: String

    public init(_ text: some StringProtocol) throws(NameFailure) {
        do throws(DNSName.Flaw) {
            description = try DNSLabels.canonical(Array(text.utf8)[...], underscore: .allowed)
        } catch {
            throw .uri(.hostName(error), in: NameText.shown(text))
        }
    }

    /// The host to compare; nil when there is none, or an address, or a trust domain that is no host name.
    init?(of name: SubjectName) {
        switch name {
        case .spiffe(let id):
            guard let host = try? ConstrainedHost(id.trustDomain.description) else { return nil }
            self = host
        case .uri(let uri):
            guard case .dns(let host) = uri.host else { return nil }
            description = host.description
        case .dns, .ip, .mail:
            return nil
        }
    }

    func isBelow(_ domain: ConstrainedHost) -> Bool {
        DNSName(canonical: description).isBelow(DNSName(canonical: domain.description))
    }
}
