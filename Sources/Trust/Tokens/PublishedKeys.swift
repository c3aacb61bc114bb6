public import Foundation
public import SymbolonKeys
public import SymbolonWire

/// The keys by which what somebody signs is believed, as they are published (RFC 7517 §5): the one in use, and those before it for
/// as long as something lives that they have signed.
public struct PublishedKeys: Sendable {
    /// Ten minutes: twice the longest life of a token, for clocks that are off, and for who keeps what was fetched.
    public static let overlap: TimeInterval = 600

    private var current: PublicKey?
    private var former: [(key: PublicKey, until: Date)] = []

    public init() {}

    /// From now on this one signs.
    /// - Returns: whether that is news.
    public mutating func take(_ key: PublicKey, at now: Date) -> Bool {
        guard key != current else { return false }
        if let current { former.append((current, now + Self.overlap)) }
        former.removeAll { $0.key == key }
        current = key
        return true
    }

    /// What nothing rests on any more.
    /// - Returns: whether there was any.
    public mutating func forget(before now: Date) -> Bool {
        let count = former.count
        former.removeAll { $0.until <= now }
        return former.count < count
    }

    /// The set: the key in use first.
    public var json: JSONValue {
        let keys = [current].compactMap(\.self) + former.reversed().map(\.key)
        return ["keys": .array(keys.compactMap(Self.json))]
    }

    /// RFC 7517 §4: what it is for, by which algorithm, and by which name tokens call it.
    private static func json(_ key: PublicKey) -> JSONValue? {
        guard let members = JWK.json(key)?.members, let name = JWK.thumbprint(key),
            let algorithm = JWSAlgorithm(of: key.kind)
        else { return nil }
        return .object(
            members + [
                JSONMember("use", "sig"), JSONMember("alg", .string(algorithm.rawValue)),
                JSONMember("kid", .string(name)),
            ])
    }
}
