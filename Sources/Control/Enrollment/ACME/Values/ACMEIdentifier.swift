public import SymbolonNames
import SymbolonWire

/// What a certificate is asked for (RFC 8555 §7.1.3, §9.7.7; RFC 8738 §3). In its one spelling, so that limits and
/// comparisons are not dodged by case or a final dot.
public enum ACMEIdentifier: Hashable, Sendable, CustomStringConvertible {
    /// In an order it may be a wildcard.
    case dns(DNSPattern)
    case ip(IPAddress)

    /// As a certificate carries it.
    public var subjectName: SubjectName {
        switch self {
        case .dns(let pattern): .dns(pattern)
        case .ip(let address): .ip(address)
        }
    }

    /// RFC 8555 §7.1.3: what an authorization names for a wildcard is the name behind it.
    public var base: ACMEIdentifier {
        switch self {
        case .dns(let pattern): .dns(DNSPattern(pattern.base))
        case .ip: self
        }
    }

    public var isWildcard: Bool {
        if case .dns(let pattern) = self { pattern.isWildcard } else { false }
    }

    /// The registered type: `dns` or `ip`.
    public var type: String {
        switch self {
        case .dns: "dns"
        case .ip: "ip"
        }
    }

    /// The name without its type.
    public var value: String {
        switch self {
        case .dns(let pattern): pattern.description
        case .ip(let address): address.description
        }
    }

    /// `dns:*.example.org`, `ip:192.0.2.1`.
    public var description: String { "\(type):\(value)" }

    /// Reads `description`.
    public init?(_ text: some StringProtocol) {
        guard let name = try? SubjectName(text) else { return nil }
        self.init(name)
    }

    public init?(_ name: SubjectName) {
        switch name {
        case .dns(let pattern): self = .dns(pattern)
        case .ip(let address): self = .ip(address)
        case .spiffe, .mail, .uri: return nil
        }
    }

    /// RFC 8738 §4: an address is never proved by a DNS record. RFC 8555 §8.3, RFC 8737 §3: a wildcard only by one.
    public var challengeKinds: [ChallengeKind] {
        switch self {
        case .dns(let pattern): pattern.isWildcard ? [.dns01] : [.http01, .dns01, .tlsALPN01]
        case .ip: [.http01, .tlsALPN01]
        }
    }
}
