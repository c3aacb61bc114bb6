import Crypto
public import SymbolonKeys
public import SymbolonWire

/// A JSON Web Signature in the flattened JSON serialization (RFC 7515 §7.2.2), as it was presented: parsed, nothing
/// believed.
public struct FlattenedJWS: Sendable {
    /// The protected header. It has no extension that must be understood (RFC 7515 §4.1.11).
    public let header: JSONValue
    public let payload: [UInt8]
    private let signed: [UInt8]
    private let signature: [UInt8]

    /// - Parameter limits: of the outer JSON and of the header within it.
    public init(
        _ text: some Collection<UInt8>, limits: JSONReader.Limits = JSONReader.Limits()
    ) throws(JWSFailure) {
        try self.init(Self.parse(text, limits), limits: limits)
    }

    /// One that stands inside another's payload, parsed already.
    public init(_ json: JSONValue, limits: JSONReader.Limits = JSONReader.Limits()) throws(JWSFailure) {
        guard json.members != nil else { throw .notAnObject }
        // RFC 8555 §6.2: no unprotected header, and one signature.
        guard json["header"] == nil else { throw .unprotectedHeader }
        guard json["signatures"] == nil else { throw .severalSignatures }
        let (protected, protectedText) = try Self.octets("protected", of: json)
        let (payload, payloadText) = try Self.octets("payload", of: json)
        (signature, _) = try Self.octets("signature", of: json)
        header = try Self.parse(protected, limits)
        guard header.members != nil else { throw .member("protected") }
        guard header["crit"] == nil else { throw .criticalExtension }
        self.payload = payload
        // RFC 7515 §5.2: ASCII(protected || '.' || payload).
        signed = Array(protectedText.utf8) + [UInt8(ascii: ".")] + Array(payloadText.utf8)
    }

    private init(header: JSONValue, payload: [UInt8], signed: [UInt8], signature: [UInt8]) {
        self.header = header
        self.payload = payload
        self.signed = signed
        self.signature = signature
    }

    /// What the header names as the algorithm.
    public var algorithm: String? { header["alg"]?.string }

    /// RFC 7515 §5.2: the key made this signature, by the algorithm that the header names and that keys of its kind have.
    public func verify(by key: PublicKey) throws(JWSFailure) {
        guard let name = algorithm else { throw .header("alg") }
        guard let algorithm = JWSAlgorithm(rawValue: name) else { throw .algorithm(name) }
        guard JWSAlgorithm(of: key.kind) == algorithm else { throw .algorithmDoesNotFitKey(name, key.kind) }
        guard algorithm.isValid(signature, over: signed, by: key) else { throw .signature }
    }

    /// RFC 7518 §3.2, HS256 alone: who holds the shared key made this, for external account binding (RFC 8555 §7.3.4).
    public func verify(mac key: SecretBytes) throws(JWSFailure) {
        guard let name = algorithm else { throw .header("alg") }
        guard name == "HS256" else { throw .algorithm(name) }
        let isValid = unsafe key.withUnsafeBytes { key in
            HMAC<SHA256>.isValidAuthenticationCode(
                signature, authenticating: signed, using: unsafe SymmetricKey(data: key))
        }
        guard isValid else { throw .signature }
    }

    /// Signs. `alg` is put in front of the header's other members.
    public static func sign(
        payload: [UInt8], header: [JSONMember], by key: SigningKey
    ) throws(JWSFailure) -> FlattenedJWS {
        try sign(payload: payload, header: header, for: key.publicKey) { message throws(KeyFailure) in
            try key.sign(message)
        }
    }

    /// The same with a key that is kept elsewhere.
    /// - Parameter make: signs with the private half of `key`, as X.509 has signatures.
    public static func sign(
        payload: [UInt8], header: [JSONMember], for key: PublicKey,
        by make: ([UInt8]) throws(KeyFailure) -> [UInt8]
    ) throws(JWSFailure) -> FlattenedJWS {
        let kind = key.kind
        guard let algorithm = JWSAlgorithm(of: kind) else { throw .algorithmDoesNotFitKey("none", kind) }
        let header = JSONValue.object([JSONMember("alg", .string(algorithm.rawValue))] + header)
        let signed = signingInput(header, payload)
        let signature: [UInt8]
        do throws(KeyFailure) {
            signature = try make(signed)
        } catch {
            throw .key(error)
        }
        return FlattenedJWS(
            header: header, payload: payload, signed: signed,
            signature: ECDSASignature.numbers(fromDER: signature, for: kind) ?? signature)
    }

    /// Makes the code of a shared key, HS256.
    public static func mac(payload: [UInt8], header: [JSONMember], by key: SecretBytes) -> FlattenedJWS {
        let header = JSONValue.object([JSONMember("alg", "HS256")] + header)
        let signed = signingInput(header, payload)
        let code = unsafe key.withUnsafeBytes { key in
            HMAC<SHA256>.authenticationCode(for: signed, using: unsafe SymmetricKey(data: key))
        }
        return FlattenedJWS(header: header, payload: payload, signed: signed, signature: Array(code))
    }

    /// As it travels.
    public var json: JSONValue {
        let dot = signed.firstIndex(of: UInt8(ascii: ".")) ?? signed.startIndex
        return [
            "protected": .string(String(decoding: signed[..<dot], as: UTF8.self)),
            "payload": .string(String(decoding: signed[(dot + 1)...], as: UTF8.self)),
            "signature": .string(Base64URL.encode(signature)),
        ]
    }

    /// The compact serialization (RFC 7515 §7.1).
    public var compact: String { "\(String(decoding: signed, as: UTF8.self)).\(Base64URL.encode(signature))" }

    private static func signingInput(_ header: JSONValue, _ payload: [UInt8]) -> [UInt8] {
        Array(Base64URL.encode(header.bytes).utf8) + [UInt8(ascii: ".")] + Array(Base64URL.encode(payload).utf8)
    }

    private static func parse(
        _ text: some Collection<UInt8>, _ limits: JSONReader.Limits
    ) throws(JWSFailure) -> JSONValue {
        do throws(JSONFailure) {
            return try JSONReader.parse(text, limits: limits)
        } catch {
            throw .json(error)
        }
    }

    /// RFC 7515 §2: base64url without padding.
    private static func octets(
        _ name: String, of json: JSONValue
    ) throws(JWSFailure) -> (octets: [UInt8], text: String) {
        guard let text = json[name]?.string else { throw .member(name) }
        do throws(Base64Failure) {
            return (try Base64URL.decode(text), text)
        } catch {
            throw .base64(name, error)
        }
    }
}

/// Why a JSON Web Signature is not taken.
public enum JWSFailure: Error, Equatable, Sendable {
    case json(JSONFailure)
    case notAnObject
    case unprotectedHeader
    case severalSignatures
    /// This member is missing or of another type.
    case member(String)
    case base64(String, Base64Failure)
    case criticalExtension
    /// This member of the protected header is missing or not what it should be.
    case header(String)
    case algorithm(String)
    case algorithmDoesNotFitKey(String, PublicKey.Kind)
    case signature
    case key(KeyFailure)

    public var explanation: String {
        switch self {
        case .json(let failure): failure.explanation
        case .notAnObject: "a JWS is a JSON object with protected, payload and signature"
        case .unprotectedHeader: "the JWS has an unprotected header, which is not allowed"
        case .severalSignatures: "the JWS is in the general form; send the flattened form with one signature"
        case .member(let name): "the JWS has no member \(name.debugDescription) of the right form"
        case .base64(let name, let failure):
            "the JWS member \(name.debugDescription) is not base64url without padding: \(failure.explanation)"
        case .criticalExtension: "the JWS has a critical extension, and none is known here"
        case .header(let name): "the protected header's member \(name.debugDescription) is missing or wrong"
        case .algorithm(let name): "the algorithm \(name.debugDescription) is not taken"
        case .algorithmDoesNotFitKey(let name, let kind):
            "the algorithm \(name.debugDescription) is not the one of an \(kind) key"
        case .signature: "the signature is not by the key that the request names"
        case .key(let failure): failure.explanation
        }
    }
}
