import SymbolonKeys
public import SymbolonWire

/// A JSON Web Token in the compact serialization (RFC 7519 §3, RFC 7515 §7.1), as it was presented: parsed, nothing believed.
///
/// What its header says of where keys are (`jku`, `x5u`, `x5c`) is nowhere read (RFC 8725 §3.10).
public struct PresentedToken: Sendable {
    /// 8 KiB: what servers take as one field, and several times what a token needs.
    public static let longest = 8 * 1024

    public let header: JSONValue
    public let claims: JSONValue
    public let algorithm: TokenAlgorithm
    private let signed: [UInt8]
    private let signature: [UInt8]

    public init(_ text: some StringProtocol) throws(TokenFailure) {
        let octets = Array(text.utf8)
        guard octets.count <= Self.longest else { throw .tooLong(limit: Self.longest) }
        let parts = octets.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .form("it is no JWT in the compact form") }
        header = try Self.object(parts[0], "header")
        claims = try Self.object(parts[1], "claims")
        signature = try Self.decode(parts[2], "signature")
        // RFC 7515 §5.2: ASCII(header || '.' || claims).
        signed = Array(octets[..<parts[1].endIndex])
        // RFC 7515 §4.1.11: none is known here.
        guard header["crit"] == nil else { throw .form("it has a critical extension, and none is known here") }
        guard let name = header["alg"]?.string else { throw .form("it names no algorithm") }
        guard let algorithm = TokenAlgorithm(rawValue: name) else { throw .algorithm(NamedInToken(name)) }
        self.algorithm = algorithm
    }

    /// RFC 8725 §3.11: what kind of token it says that it is, in lower case and without `application/` (RFC 7515 §4.1.9).
    public var type: String? {
        guard let type = header["typ"]?.string?.lowercased() else { return nil }
        return type.hasPrefix("application/") ? String(type.dropFirst("application/".count)) : type
    }

    /// RFC 7515 §5.2: the key made this signature, by the algorithm that the header names and that keys of its kind have.
    func verify(by key: PublicKey) throws(TokenFailure) {
        guard algorithm.fits(key) else { throw .algorithm(NamedInToken(algorithm.rawValue)) }
        guard algorithm.isValid(signature, over: signed, by: key) else { throw .signature }
    }

    /// A claim that has to be a text, and not an empty one.
    func text(_ name: String) throws(TokenFailure) -> String {
        guard let text = claims[name]?.string, !text.isEmpty else { throw .claim(name) }
        return text
    }

    /// RFC 7519 §2, NumericDate: seconds, here whole ones or with a fraction that is passed over.
    func seconds(_ name: String) throws(TokenFailure) -> Int64? {
        switch claims[name] {
        case nil: return nil
        case .integer(let seconds)? where (0...Self.lastSecond).contains(seconds): return seconds
        case .number(let spelled)?:
            guard let seconds = Double(spelled), (0...Double(Self.lastSecond)).contains(seconds) else {
                throw .claim(name)
            }
            return Int64(seconds)
        default: throw .claim(name)
        }
    }

    /// The year 9999.
    private static let lastSecond: Int64 = 253_402_300_799

    private static func object(_ part: ArraySlice<UInt8>, _ name: String) throws(TokenFailure) -> JSONValue {
        let octets = try decode(part, name)
        do throws(JSONFailure) {
            // RFC 8725 §2.4: two members of one name are refused by the reader.
            let value = try JSONReader.parse(octets, limits: .init(octets: longest, depth: 8, values: 512))
            guard value.members != nil else { throw .truncated }
            return value
        } catch {
            throw .form("its \(name) is no JSON object: \(error.explanation)")
        }
    }

    private static func decode(_ part: ArraySlice<UInt8>, _ name: String) throws(TokenFailure) -> [UInt8] {
        do throws(Base64Failure) {
            return try Base64URL.decode(String(decoding: part, as: UTF8.self))
        } catch {
            throw .form("its \(name) is not base64url without padding")
        }
    }
}

/// Something that a token says, for a record: bounded, and nothing but what can be printed.
public struct NamedInToken: Equatable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ text: String) {
        let shown = text.unicodeScalars.prefix(64).map { (0x20...0x7E).contains($0.value) ? Character($0) : "?" }
        description = "\"\(String(shown))\""
    }
}
