public import SymbolonCertificates
public import SymbolonNames

/// A certificate that was signed, compared, and stored.
public struct IssuedCertificate: Equatable, Sendable {
    public let certificate: Certificate
    /// The leaf, then the issuing certificate: what its holder presents.
    public let chain: [Certificate]
    /// What a peer must trust: the root.
    public let anchor: Certificate
    public let profile: ProfileName
    /// The name that policy knows the holder by.
    public let identity: SubjectName

    public var serialNumber: SerialNumber { certificate.serialNumber }
}
