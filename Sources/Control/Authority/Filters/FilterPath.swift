public import SymbolonKeys
import SymbolonWire

/// Where a filter is on every server that publishes it.
public enum FilterPath {
    /// `/filter/ISSUER/complete.filter` or `…/update.filter`, the issuer as in the path of its lists.
    public static func path(of issuer: KeyFingerprint, _ kind: FilterStanding.Kind) -> String {
        "/filter/\(Hex.encode(issuer.bytes.prefix(ListPath.issuerOctets)))/\(kind.rawValue).filter"
    }
}
