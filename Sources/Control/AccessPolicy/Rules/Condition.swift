public import SymbolonKeys
public import SymbolonNames

/// Something that a rule asks for.
public enum Condition: Hashable, Sendable {
    /// The party is one of these.
    case identity([IdentityPattern])
    /// What the party wants is one of these services, by their short names.
    case service(Set<String>)
    case profile(Set<CertificateKind>)
    case issuer([IssuerPattern])
    /// The party's key is protected in all these ways.
    case key(KeyProtection)
    case network([IPNetwork])
    case method(Set<String>)
    case path([PathPattern])
    case assurance(atLeast: Assurance)
    /// All of these are reported of the party and have not lapsed.
    case posture(Set<PostureSignal>)
    /// Fewer connections of the party are live.
    case connections(below: Int)
    /// Fewer connections of the party were let in within the last seconds.
    case rate(below: Int, seconds: Int)
    /// The party's certificate became valid less than so many seconds ago.
    case certificateAge(below: Double)
    /// The person proved itself less than so many seconds ago.
    case proofAge(below: Double)
    /// The moment is in one of these.
    case time([TimeWindow])

    /// In the order in which conditions are looked at, and by which word a policy file knows each.
    public enum Kind: Int, CaseIterable, Comparable, Sendable {
        case identity, service, profile, issuer, key, network, method, path, assurance, posture, connections, rate
        case certificateAge, proofAge, time

        public static func < (one: Kind, other: Kind) -> Bool { one.rawValue < other.rawValue }

        public var word: String {
            switch self {
            case .identity: "from"
            case .service: "to"
            case .profile: "profile"
            case .issuer: "issuer"
            case .key: "key"
            case .network: "network"
            case .method: "method"
            case .path: "path"
            case .assurance: "assurance"
            case .posture: "posture"
            case .connections: "connections-below"
            case .rate: "rate-below"
            case .certificateAge: "certificate-younger-than"
            case .proofAge: "proof-younger-than"
            case .time: "time"
            }
        }
    }

    public var kind: Kind {
        switch self {
        case .identity: .identity
        case .service: .service
        case .profile: .profile
        case .issuer: .issuer
        case .key: .key
        case .network: .network
        case .method: .method
        case .path: .path
        case .assurance: .assurance
        case .posture: .posture
        case .connections: .connections
        case .rate: .rate
        case .certificateAge: .certificateAge
        case .proofAge: .proofAge
        case .time: .time
        }
    }
}

/// A kind of certificate, as its extended key usage and its identity's folder show it: the authority's profiles.
public enum CertificateKind: String, CaseIterable, Sendable {
    case service, client, workload, person, device, mail
}

/// Who issued a certificate.
public enum IssuerPattern: Hashable, Sendable, CustomStringConvertible {
    /// The key that signed the leaf.
    case key(KeyFingerprint)
    /// Any authority of this trust domain.
    case domain(TrustDomain)

    public var description: String {
        switch self {
        case .key(let fingerprint): "sha256:\(fingerprint)"
        case .domain(let domain): domain.description
        }
    }
}

/// How a private key is kept, as its authority has been shown.
public struct KeyProtection: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// In a token, a TPM or a secure element, which it cannot leave.
    public static let hardware = KeyProtection(rawValue: 1)
    /// Whoever made it has certified where it is kept.
    public static let attested = KeyProtection(rawValue: 2)

    static let words: [(String, KeyProtection)] = [("hardware", .hardware), ("attested", .attested)]

    var words: [String] { Self.words.filter { contains($0.1) }.map(\.0) }
}

/// How surely a person was there (WebAuthn §6.1: user presence, user verification).
public enum Assurance: String, CaseIterable, Comparable, Sendable {
    case userPresent = "user-present"
    case userVerified = "user-verified"

    public static func < (one: Assurance, other: Assurance) -> Bool { one == .userPresent && other == .userVerified }
}

/// Something that a reporter says of a machine, in one word: `healthy`, `quarantined`, `disk-encrypted`.
public struct PostureSignal: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let description: String

    public static let healthy = PostureSignal(checked: "healthy")
    public static let quarantined = PostureSignal(checked: "quarantined")

    /// Nil unless it is lower-case letters, digits and hyphens, at most 64.
    public init?(_ text: String) {
        guard PolicyWord.isOne(text) else { return nil }
        description = text
    }

    private init(checked text: String) { description = text }

    public static func < (one: PostureSignal, other: PostureSignal) -> Bool { one.description < other.description }
}
