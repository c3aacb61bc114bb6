internal import Foundation
internal import SymbolonCertificates
internal import SymbolonKeys
internal import SymbolonNames
internal import SymbolonTokens
internal import SymbolonVerification
internal import SymbolonWire

/// That a service is told with every request who is there, in a token that this end signs (RFC 7519): believed by its signature,
/// whatever lies between this end and the service.
public struct BackendToken: Equatable, Sendable {
    /// In which field it stands. Proxies that sign such tokens have a field of their own for it, named so; `Authorization` stays
    /// the client's.
    public static let field = "Symbolon-Jwt-Assertion"
    /// Seconds. Under 10 a clock that is a little off refuses honest requests; over 5 minutes what is copied lives too long.
    public static let lives = 10...300

    /// For whom it is; nil: the end's own name.
    public var audience: String?
    /// From when it is made until it ends, in seconds.
    public var life = 60

    public init(audience: String? = nil, life: Int = 60) {
        self.audience = audience
        self.life = life
    }
}

/// Makes tokens with the key by which an end proves itself.
struct BackendTeller: Sendable {
    private let issuer: String
    private let audience: String
    private let service: String
    private let life: Int
    private let key: SigningKey
    private let header: [JSONMember]

    init(_ token: BackendToken, of service: String, as own: EndIdentity) {
        issuer = own.name.description
        audience = token.audience ?? issuer
        self.service = service
        life = min(max(token.life, BackendToken.lives.lowerBound), BackendToken.lives.upperBound)
        key = own.key
        // RFC 7517 §4.5: the thumbprint names the key wherever it is published.
        let name = JWK.thumbprint(key.publicKey).map { [JSONMember("kid", .string($0))] } ?? []
        header = name + [JSONMember("typ", "JWT")]
    }

    /// A sixth of its life: what a service gets lives for five sixths yet.
    var reuse: Duration { .seconds(life) / 6 }

    /// - Parameters:
    ///   - person: for whom the peer has asked; then the token is about the person, and the peer is who acts (RFC 8693 §4.1).
    ///   - rule: that allowed the request.
    func token(
        about facts: ConnectionFacts, for person: ActingPerson?, under rule: String?, at now: Date
    ) throws(JWSFailure) -> String {
        // RFC 7519 §4.1; whole seconds, so that no clock is asked for more than it shows.
        let start = Int64(now.timeIntervalSince1970.rounded(.down))
        let proofs = [facts.peer.validUntil, person?.token.ends].compactMap(\.self)
        let ends = proofs.map { Int64($0.timeIntervalSince1970.rounded(.down)) } + [start + Int64(life)]
        let end = ends.min() ?? start
        let peer = facts.peer.identity.description
        var claims: [JSONMember] = [
            JSONMember("iss", .string(issuer)), JSONMember("sub", .string(person?.name.description ?? peer)),
            JSONMember("aud", .string(audience)), JSONMember("iat", .integer(start)),
            JSONMember("nbf", .integer(start)), JSONMember("exp", .integer(end)),
            JSONMember("jti", .string(Self.number())),
            // RFC 8705 §3.1.
            JSONMember("cnf", ["x5t#S256": .string(Base64URL.encode(facts.peer.path.leaf.fingerprint.bytes))]),
            JSONMember("service", .string(service)),
        ]
        if person != nil { claims.append(JSONMember("act", ["sub": .string(peer)])) }
        if let rule { claims.append(JSONMember("rule", .string(rule))) }
        return try FlattenedJWS.sign(payload: JSONValue.object(claims).bytes, header: header, by: key).compact
    }

    /// RFC 7519 §4.1.7: 128 random bits.
    private static func number() -> String {
        var octets: [UInt8] = []
        for _ in 0..<16 { octets.append(.random(in: .min ... .max)) }
        return Base64URL.encode(octets)
    }
}

/// The tokens of one peer's connection, each used for some seconds: a signature for every request would cost more than the
/// request.
struct HeldTokens {
    private struct Kind: Hashable {
        let rule: String?
        let person: String?
        let personEnds: Date?
    }

    private var held: [Kind: (token: String, until: Duration)] = [:]
    /// Rules under which one peer's requests are allowed at once: with more of them, tokens are made more often.
    private static let most = 16

    mutating func token(
        by teller: BackendTeller, about facts: ConnectionFacts, for person: ActingPerson?, under rule: String?,
        at now: Date, _ steady: Duration
    ) throws(JWSFailure) -> String {
        let kind = Kind(rule: rule, person: person?.name.description, personEnds: person?.token.ends)
        if let known = held[kind], known.until > steady { return known.token }
        let token = try teller.token(about: facts, for: person, under: rule, at: now)
        if held.count >= Self.most { held = [:] }
        held[kind] = (token, steady + teller.reuse)
        return token
    }

    /// What they say may be so no more.
    mutating func forget() { held = [:] }
}
