public import SymbolonKeys
import SymbolonWire

/// Where the responder of an issuer is, on every server that publishes.
public enum ResponderPath {
    /// `/ocsp/ISSUER`, the issuer as in the path of its lists. A question by GET stands behind it. RFC 6960 A.1.
    public static func path(of issuer: KeyFingerprint) -> String {
        "\(prefix)\(Hex.encode(issuer.bytes.prefix(ListPath.issuerOctets)))"
    }

    /// What every path of a responder begins with.
    public static let prefix = "/ocsp/"

    /// Whether a segment can name an issuer.
    public static func isIssuer(_ segment: Substring.UTF8View) -> Bool {
        segment.count == 2 * ListPath.issuerOctets
            && segment.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}

extension PublicationAddress {
    /// The URL of the responder. RFC 5280 §4.2.2.1.
    public func responder(of issuer: KeyFingerprint) -> String { description + ResponderPath.path(of: issuer) }
}
