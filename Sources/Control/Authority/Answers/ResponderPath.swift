public import SymbolonKeys
import SymbolonWire

/// Where the responder of an issuer is, on every server that publishes.
public enum ResponderPath {
    /// `/ocsp/ISSUER`, the issuer as in the path of its lists. A question by GET stands behind it. RFC 6960 A.1.
    public static func path(of issuer: KeyFingerprint) -> String {
        "/ocsp/\(Hex.encode(issuer.bytes.prefix(ListPath.issuerOctets)))"
    }
}

extension PublicationAddress {
    /// The URL of the responder. RFC 5280 §4.2.2.1.
    public func responder(of issuer: KeyFingerprint) -> String { description + ResponderPath.path(of: issuer) }
}
