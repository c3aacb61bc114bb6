public import SymbolonCertificates
public import SymbolonEnrollment

/// What an order asks for.
public struct ACMEWish: Sendable {
    /// Each once; a certificate is taken only when it names these and no others.
    public let identifiers: [ACMEIdentifier]
    /// draft-ietf-acme-profiles §4; nil: the server chooses.
    public var profile: String?
    /// RFC 9773 §5: the certificate that this one comes in the place of.
    public var replaces: Certificate?

    public init(_ identifiers: [ACMEIdentifier], profile: String? = nil, replaces: Certificate? = nil) {
        var once: [ACMEIdentifier] = []
        for identifier in identifiers where !once.contains(identifier) { once.append(identifier) }
        self.identifiers = once
        self.profile = profile
        self.replaces = replaces
    }
}

/// How the names are proved, and where the server's look is awaited.
public struct ACMEProof: Equatable, Sendable {
    /// The ways that are offered here.
    public enum Way: String, Codable, CaseIterable, Sendable {
        case http01 = "http-01"
        case tlsALPN01 = "tls-alpn-01"

        var kind: ChallengeKind {
            switch self {
            case .http01: .http01
            case .tlsALPN01: .tlsALPN01
            }
        }
    }

    public let way: Way
    public let listen: ServerAddress

    public init(_ way: Way, listeningAt listen: ServerAddress) {
        self.way = way
        self.listen = listen
    }
}

/// What goes on, for who waits.
public enum ACMEProgress: Equatable, Sendable {
    case ordered([ACMEIdentifier])
    case proving(ACMEIdentifier, ChallengeKind)
    case finalizing
    case downloading
}
