/// The mailboxes that one rfc822Name constraint covers (RFC 5280 §4.2.1.10).
public enum MailSubtree: Hashable, Sendable, CustomStringConvertible {
    /// An empty constraint, of which RFC 5280 says nothing: it permits no mailbox, and excludes every one.
    case empty
    /// One mailbox, its local part compared exactly (RFC 5280 §7.5).
    case mailbox(Mailbox)
    /// Every mailbox on one host, and not on the hosts below it.
    case host(DNSName)
    /// Every mailbox on the hosts below a domain, and not on the domain itself: a leading dot.
    case below(DNSName)

    /// The text of a constraint: a mailbox, a host, or a domain behind a dot.
    public init(_ text: some StringProtocol) throws(NameFailure) {
        if text.isEmpty {
            self = .empty
        } else if text.utf8.contains(UInt8(ascii: "@")) {
            self = .mailbox(try Mailbox(text))
        } else if let domain = DNSLabels.behindLeadingDot(text) {
            self = .below(try DNSName(domain))
        } else {
            self = .host(try DNSName(text))
        }
    }

    /// The text of the constraint.
    public var description: String {
        switch self {
        case .empty: ""
        case .mailbox(let mailbox): mailbox.description
        case .host(let host): host.description
        case .below(let domain): ".\(domain)"
        }
    }

    func contains(_ name: Mailbox) -> Bool {
        switch self {
        case .empty: false
        case .mailbox(let mailbox): mailbox == name
        case .host(let host): name.domain == host
        case .below(let domain): name.domain.isBelow(domain)
        }
    }
}
