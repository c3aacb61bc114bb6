public import SymbolonCertificates

/// A path that came to nothing, for reports: nothing of it is proved but that each certificate was signed by the next.
public struct TriedPath: Sendable {
    /// From the leaf to the last certificate that was tried as an issuer.
    public let certificates: [Certificate]
    /// The anchor that the path reached.
    public let anchor: Certificate?

    init(_ certificates: [PathCertificate], anchor: PathCertificate? = nil) {
        self.certificates = certificates.map(\.certificate)
        self.anchor = anchor?.certificate
    }

    init(_ path: SignedPath) {
        self.init(path.certificates, anchor: path.leafIsAnchor ? nil : path.anchor.parsed)
    }
}
