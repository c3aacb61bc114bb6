import SymbolonCertificates

/// A path whose signatures all hold, from the leaf up to an anchor, and of which nothing else is known yet.
/// Only `PathBuilder` makes one.
struct SignedPath: Sendable {
    /// From the leaf to the last intermediate. One alone that is the anchor itself: the anchor is an end entity.
    let certificates: [PathCertificate]
    let anchor: TrustAnchor

    var leafIsAnchor: Bool { certificates[0].certificate.der == anchor.certificate.der }

    /// The certificate that issued the one at `index`.
    func issuer(of index: Int) -> PathCertificate {
        index + 1 < certificates.count ? certificates[index + 1] : anchor.parsed
    }
}
