import SymbolonKeys
public import SymbolonWire

/// The keys of an issuer (RFC 7517 §5): those that may sign its tokens.
public struct TokenKeySet: Equatable, Sendable {
    private struct Entry: Equatable {
        let name: String?
        let key: PublicKey
        /// It says so itself (RFC 7517 §4.4).
        let algorithm: TokenAlgorithm?
    }

    /// 256 KiB and 100 keys: issuers have a handful.
    public static let longest = 1 << 18
    private static let most = 100
    /// Without a name in the token, so many keys are tried.
    private static let mostTried = 4

    private let entries: [Entry]

    /// What is for something else than signatures, or of a kind that is not known here, is passed over (RFC 7517 §5). A private
    /// or shared key in the set is refused with all of it: who publishes that has given it away.
    public init(_ text: some Collection<UInt8>) throws(KeySetFailure) {
        let value: JSONValue
        do throws(JSONFailure) {
            value = try JSONReader.parse(text, limits: .init(octets: Self.longest, depth: 8))
        } catch {
            throw .json(error)
        }
        guard let keys = value["keys"]?.array else { throw .noKeys }
        guard keys.count <= Self.most else { throw .tooMany(limit: Self.most) }
        var entries: [Entry] = []
        for json in keys {
            var algorithm: TokenAlgorithm?
            if let name = json["alg"] {
                algorithm = name.string.flatMap(TokenAlgorithm.init(rawValue:))
            }
            do throws(JWKFailure) {
                let key = try JWK.parse(json)
                guard json["alg"] == nil || algorithm?.fits(key) == true else { continue }
                entries.append(Entry(name: json["kid"]?.string, key: key, algorithm: algorithm))
            } catch .secretMember(let name) {
                throw .secret(name)
            } catch {
                continue
            }
        }
        guard !entries.isEmpty else { throw .noKeys }
        self.entries = entries
    }

    public var count: Int { entries.count }

    func contains(_ key: PublicKey) -> Bool { entries.contains { $0.key == key } }

    /// RFC 8725 §3.1, §3.5: the key that the token names, by its own algorithm; without a name, one of the few that fit.
    func verify(_ token: PresentedToken) throws(TokenFailure) -> PublicKey {
        var name: String?
        if let named = token.header["kid"] {
            guard let text = named.string else { throw .form("its header names no key by kid") }
            name = text
        }
        let fitting = entries.filter { entry in
            (name == nil || entry.name == name) && token.algorithm.fits(entry.key)
                && (entry.algorithm == nil || entry.algorithm == token.algorithm)
        }
        guard !fitting.isEmpty, fitting.count <= Self.mostTried else { throw .key(name.map { NamedInToken($0) }) }
        for entry in fitting {
            do throws(TokenFailure) {
                try token.verify(by: entry.key)
                return entry.key
            } catch {
                continue
            }
        }
        throw .signature
    }
}

/// Why a set of keys is not taken.
public enum KeySetFailure: Error, Equatable, Sendable {
    case json(JSONFailure)
    case noKeys
    case tooMany(limit: Int)
    case secret(String)

    public var explanation: String {
        switch self {
        case .json(let failure): failure.explanation
        case .noKeys: "there is no key in it by which a signature could be checked"
        case .tooMany(let limit): "it has more than \(limit) keys"
        case .secret(let name):
            "a key in it has the member \(name.debugDescription), which is part of a private or shared key; publish the public one"
        }
    }
}
