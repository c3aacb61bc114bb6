import Crypto
public import SymbolonKeys
public import SymbolonWire

/// Public keys as JSON (RFC 7517; RFC 7518 §6 for EC and RSA, RFC 8037 §2 for Ed25519).
public enum JWK {
    /// Members of private and symmetric keys (RFC 7518 §6.2.2, §6.3.2, §6.4.1): who sends one has given its key away.
    private static let secret: Set<String> = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

    /// Reads a public key. Every number has exactly the length that its standard says; members that say nothing of the key
    /// are ignored (RFC 7517 §4).
    public static func parse(_ json: JSONValue) throws(JWKFailure) -> PublicKey {
        guard let members = json.members else { throw .notAnObject }
        if let name = members.first(where: { secret.contains($0.name) })?.name { throw .secretMember(name) }
        guard let type = json["kty"]?.string else { throw .member("kty") }
        if let use = json["use"], use != "sig" { throw .member("use") }
        let numbers: PublicKeyNumbers
        switch type {
        case "EC": numbers = try point(json)
        case "OKP":
            guard json["crv"] == "Ed25519" else { throw .curve(json["crv"]?.string ?? "none") }
            numbers = .ed25519(try octets("x", of: json))
        case "RSA": numbers = .rsa(modulus: try magnitude("n", of: json), exponent: try magnitude("e", of: json))
        default: throw .type(type)
        }
        do throws(KeyFailure) {
            return try PublicKey(numbers)
        } catch {
            throw .key(error)
        }
    }

    /// The members that a thumbprint is taken over, in their order (RFC 7638 §3.2); nil for a key that has no such form.
    public static func json(_ key: PublicKey) -> JSONValue? {
        switch key.numbers {
        case .point(let kind, let x, let y)?:
            ["crv": .string(curve(kind)), "kty": "EC", "x": text(x), "y": text(y)]
        case .ed25519(let x)?: ["crv": "Ed25519", "kty": "OKP", "x": text(x)]
        case .rsa(let modulus, let exponent)?: ["e": text(exponent), "kty": "RSA", "n": text(modulus)]
        case nil: nil
        }
    }

    /// RFC 7638 with SHA-256, in base64url.
    public static func thumbprint(_ key: PublicKey) -> String? {
        json(key).map { Base64URL.encode(SHA256.hash(data: $0.bytes).map(\.self)) }
    }

    private static func text(_ octets: [UInt8]) -> JSONValue { .string(Base64URL.encode(octets)) }

    private static func point(_ json: JSONValue) throws(JWKFailure) -> PublicKeyNumbers {
        guard let name = json["crv"]?.string else { throw .member("crv") }
        guard let kind = curves.first(where: { $0.name == name })?.kind else { throw .curve(name) }
        return .point(kind, x: try octets("x", of: json), y: try octets("y", of: json))
    }

    private static func octets(_ name: String, of json: JSONValue) throws(JWKFailure) -> [UInt8] {
        guard let text = json[name]?.string, let octets = try? Base64URL.decode(text) else { throw .member(name) }
        return octets
    }

    /// RFC 7518 §2, Base64urlUInt: the fewest octets.
    private static func magnitude(_ name: String, of json: JSONValue) throws(JWKFailure) -> [UInt8] {
        let octets = try octets(name, of: json)
        guard let first = octets.first, first != 0 else { throw .member(name) }
        return octets
    }

    private static func curve(_ kind: PublicKey.Kind) -> String {
        curves.first { $0.kind == kind }?.name ?? ""
    }

    private static let curves: [(name: String, kind: PublicKey.Kind)] = [
        ("P-256", .p256), ("P-384", .p384), ("P-521", .p521),
    ]
}

/// Why a JWK is not taken.
public enum JWKFailure: Error, Equatable, Sendable {
    case notAnObject
    /// It holds a private or a shared key.
    case secretMember(String)
    /// This member is missing, or not what its standard says.
    case member(String)
    case type(String)
    case curve(String)
    case key(KeyFailure)

    public var explanation: String {
        switch self {
        case .notAnObject: "the JWK is not a JSON object"
        case .secretMember(let name):
            "the JWK has the member \(name.debugDescription), which is part of a private or shared key; make a new key"
        case .member(let name): "the JWK's member \(name.debugDescription) is missing or not in its one form"
        case .type(let type): "keys of type \(type.debugDescription) are not taken; EC, RSA and OKP are"
        case .curve(let curve): "keys on \(curve.debugDescription) are not taken; P-256, P-384, P-521 and Ed25519 are"
        case .key(let failure): failure.explanation
        }
    }
}
