public import SymbolonKeys
import SymbolonWire

/// Where a list is on every server that publishes it.
public enum ListPath {
    /// 80 bits tell the keys of one authority apart.
    static let issuerOctets = 10

    /// `/crl/ISSUER/LIST.crl`: the issuer by its key, and the list as `all` or its shard's number, with `-delta` behind.
    public static func path(of issuer: KeyFingerprint, _ scope: ListScope, _ kind: ListStanding.Kind) -> String {
        let name = scope == .whole ? "all" : (scope.index < 10 ? "0" : "") + "\(scope.index)"
        return folder(of: issuer) + "\(name)\(kind == .delta ? "-delta" : "").crl"
    }

    /// `/crl/ISSUER/`: all that one issuer publishes there.
    public static func folder(of issuer: KeyFingerprint) -> String {
        "/crl/\(Hex.encode(issuer.bytes.prefix(issuerOctets)))/"
    }
}

extension PublicationAddress {
    /// The URL of one list. RFC 5280 §4.2.1.13.
    public func list(of issuer: KeyFingerprint, _ scope: ListScope, _ kind: ListStanding.Kind) -> String {
        description + ListPath.path(of: issuer, scope, kind)
    }
}
