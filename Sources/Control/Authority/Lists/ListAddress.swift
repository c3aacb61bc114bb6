public import SymbolonKeys
import SymbolonWire

/// Where an authority's lists are served: the beginning of every address of them, and the issuer by its key.
public struct ListAddress: Hashable, Sendable {
    /// As in `http://pki.example.internal:8080`, with no slash at its end.
    public let base: String
    private let issuer: String

    public init(base: String, issuerKey: KeyFingerprint) {
        self.base = base
        issuer = Hex.encode(issuerKey.bytes.prefix(10))
    }

    /// RFC 5280 §4.2.1.13: the address of one list. The whole is `all`, a shard its number in two digits.
    public func list(_ scope: ListScope, _ kind: ListStanding.Kind) -> String { base + Self.path(issuer, scope, kind) }

    /// The path alone, as it is asked for.
    public func path(_ scope: ListScope, _ kind: ListStanding.Kind) -> String { Self.path(issuer, scope, kind) }

    private static func path(_ issuer: String, _ scope: ListScope, _ kind: ListStanding.Kind) -> String {
        let name = scope == .whole ? "all" : (scope.index < 10 ? "0" : "") + "\(scope.index)"
        return "/crl/\(issuer)/\(name)\(kind == .delta ? "-delta" : "").crl"
    }
}
