public import Foundation
public import SymbolonKeys
public import SymbolonWire

/// One whose access tokens are believed, for one audience.
public struct TokenIssuer: Equatable, Sendable {
    /// Exactly as it stands in `iss`.
    public let name: String
    /// As `aud` names this service.
    public let audience: String
    public let keys: TokenKeySet

    public init(_ name: String, audience: String, keys: TokenKeySet) {
        self.name = name
        self.audience = audience
        self.keys = keys
    }

    /// Whether what this token rests on is still believed.
    public func stillSigns(_ token: VerifiedAccessToken) -> Bool {
        name == token.issuer && audience == token.audience && keys.contains(token.key)
    }

    /// RFC 9068 §4, in its order, but for the binding: `SignedAccessToken` has that.
    public func verify(_ token: PresentedToken, at now: Date) throws(TokenFailure) -> SignedAccessToken {
        guard let type = token.type, type == "at+jwt" else {
            throw .type(token.type.map { NamedInToken($0) }, needed: "at+jwt")
        }
        let issuer = try token.text("iss")
        guard issuer == name else { throw .issuer(NamedInToken(issuer)) }
        let key = try keys.verify(token)
        guard try Self.audiences(of: token).contains(audience) else { throw .audience }
        let moment = Int64(now.timeIntervalSince1970.rounded(.down))
        guard let end = try token.seconds("exp"), let start = try token.seconds("iat") else {
            throw .claim(token.claims["exp"] == nil ? "exp" : "iat")
        }
        guard moment < end else { throw .expired }
        let notBefore = try token.seconds("nbf") ?? start
        guard max(start, notBefore) <= moment + Self.tolerance else { throw .notYet }
        // RFC 9068 §2.2: required, all of them.
        let (subject, client) = (try token.text("sub"), try token.text("client_id"))
        _ = try token.text("jti")
        return SignedAccessToken(
            token: VerifiedAccessToken(
                issuer: issuer, audience: audience, subject: subject, client: client,
                ends: Date(timeIntervalSince1970: TimeInterval(end)), claims: token.claims,
                provedAt: try token.seconds("auth_time").map { Date(timeIntervalSince1970: TimeInterval($0)) },
                key: key),
            binding: try TokenBinding(token.claims["cnf"]))
    }

    /// Half a minute: the issuer's clock may be ahead. It is not ahead where the token ends.
    private static let tolerance: Int64 = 30

    /// RFC 7519 §4.1.3.
    private static func audiences(of token: PresentedToken) throws(TokenFailure) -> [String] {
        switch token.claims["aud"] {
        case .string(let one)?: return [one]
        case .array(let several)?:
            let texts = several.compactMap(\.string)
            guard texts.count == several.count else { throw .claim("aud") }
            return texts
        default: throw .claim("aud")
        }
    }
}

/// What a token is bound to (RFC 7800 §3.1): at least one of them.
struct TokenBinding: Equatable {
    /// RFC 8705 §3.1: SHA-256 of the certificate.
    let certificate: String?
    /// RFC 9449 §6.1: the thumbprint of the key.
    let key: String?

    /// - Parameter confirmation: the claim `cnf`. One of another method alone is a binding that nobody here can check.
    init(_ confirmation: JSONValue?) throws(TokenFailure) {
        guard let confirmation else { throw .unbound }
        guard let members = confirmation.members, !members.isEmpty else { throw .claim("cnf") }
        certificate = try Self.thumbprint("x5t#S256", in: confirmation)
        key = try Self.thumbprint("jkt", in: confirmation)
        guard certificate != nil || key != nil else { throw .unbound }
    }

    private static func thumbprint(_ name: String, in json: JSONValue) throws(TokenFailure) -> String? {
        guard let value = json[name] else { return nil }
        guard let text = value.string, (try? Base64URL.decode(text))?.count == 32 else { throw .claim("cnf") }
        return text
    }
}

/// An access token that its issuer has made, for this service and this time; whether for the one who sent it is still to be shown.
public struct SignedAccessToken: Sendable {
    private let token: VerifiedAccessToken
    private let binding: TokenBinding

    init(token: VerifiedAccessToken, binding: TokenBinding) {
        self.token = token
        self.binding = binding
    }

    /// RFC 8705 §3: the connection's certificate is the one; RFC 9449 §7.1: the proof is by the key. What it is bound to twice has
    /// to be shown twice.
    /// - Parameters:
    ///   - certificate: SHA-256 of the one that the peer of this connection proved, in octets.
    ///   - proof: that came with the token; nil: none did, and the token came as `Bearer`.
    public func verify(
        certificate: [UInt8], proof: VerifiedDPoPProof?
    ) throws(TokenFailure) -> VerifiedAccessToken {
        if let bound = binding.certificate {
            guard bound == Base64URL.encode(certificate) else { throw .otherCertificate }
        }
        switch (binding.key, proof) {
        case (let key?, let proof?): guard key == proof.thumbprint else { throw .otherKey }
        case (.some, nil): throw .needsProof
        case (nil, .some): throw .needsNoProof
        case (nil, nil): break
        }
        return token
    }
}

/// An access token of an issuer that is believed, sent by the one whom it was given to. Only `SignedAccessToken` makes one.
public struct VerifiedAccessToken: Sendable {
    public let issuer: String
    public let audience: String
    /// Whom it is about.
    public let subject: String
    /// The OAuth client to whom it was given.
    public let client: String
    /// It is believed before this moment.
    public let ends: Date
    public let claims: JSONValue
    /// When the subject has proved itself to the issuer (`auth_time`); nil: it does not say.
    public let provedAt: Date?
    /// By which it was signed.
    public let key: PublicKey
}
