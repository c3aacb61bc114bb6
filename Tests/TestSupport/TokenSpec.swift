internal import Crypto
public import Foundation
public import SymbolonKeys
public import SymbolonWire

/// A JWT to be made for a test: start from a good one, spoil one thing, build.
public struct TokenSpec: Sendable {
    public var header: [JSONMember]
    public var claims: [JSONMember]
    public var key: SigningKey
    /// In place of the signature.
    public var signature: [UInt8]?
    /// In place of what the members come to.
    public var rawHeader: String?
    public var rawClaims: String?

    public init(header: [JSONMember], claims: [JSONMember], key: SigningKey) {
        self.header = header
        self.claims = claims
        self.key = key
    }

    /// An access token of `https://idp.example` for `https://api.example`, about alice, from noon on for five minutes; `cnf` is the
    /// test's to add.
    public static func access(signedBy key: SigningKey, at moment: Date = noon) -> TokenSpec {
        let start = Int64(moment.timeIntervalSince1970)
        return TokenSpec(
            header: [JSONMember("alg", "ES256"), JSONMember("typ", "at+jwt"), JSONMember("kid", "one")],
            claims: [
                JSONMember("iss", "https://idp.example"), JSONMember("aud", "https://api.example"),
                JSONMember("sub", "alice"), JSONMember("client_id", "till"), JSONMember("iat", .integer(start)),
                JSONMember("exp", .integer(start + 300)), JSONMember("jti", "1"),
            ], key: key)
    }

    /// Nil takes the member away.
    public subscript(claim name: String) -> JSONValue? {
        get { claims.first { $0.name == name }?.value }
        set { claims = Self.replaced(name, newValue, in: claims) }
    }

    public subscript(header name: String) -> JSONValue? {
        get { header.first { $0.name == name }?.value }
        set { header = Self.replaced(name, newValue, in: header) }
    }

    private static func replaced(_ name: String, _ value: JSONValue?, in members: [JSONMember]) -> [JSONMember] {
        members.filter { $0.name != name } + (value.map { [JSONMember(name, $0)] } ?? [])
    }

    /// Of a token, as `ath` has it (RFC 9449 §4.2).
    public static func hash(of token: String) -> String {
        Base64URL.encode(SHA256.hash(data: Array(token.utf8)).map(\.self))
    }

    public func text() throws -> String {
        let parts = [
            rawHeader.map { Array($0.utf8) } ?? JSONValue.object(header).bytes,
            rawClaims.map { Array($0.utf8) } ?? JSONValue.object(claims).bytes,
        ]
        let signed = parts.map { Base64URL.encode($0) }.joined(separator: ".")
        let made = try key.sign(Array(signed.utf8))
        let numbers = ECDSASignature.numbers(fromDER: made, for: key.publicKey.kind) ?? made
        return "\(signed).\(Base64URL.encode(signature ?? numbers))"
    }
}
