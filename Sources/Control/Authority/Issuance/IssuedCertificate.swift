public import SymbolonCertificates
public import SymbolonNames

/// A certificate that was signed, compared, and stored.
public struct IssuedCertificate: Equatable, Sendable {
    public let certificate: Certificate
    /// The leaf, then what `chain(above:)` puts behind it: what its holder presents.
    public let chain: [Certificate]
    /// Every root that is believed here, its own first.
    public let anchors: [Certificate]
    public let profile: ProfileName
    /// The name that policy knows the holder by.
    public let identity: SubjectName

    /// What a peer must trust: the root.
    public var anchor: Certificate { anchors[0] }
    public var serialNumber: SerialNumber { certificate.serialNumber }
}
