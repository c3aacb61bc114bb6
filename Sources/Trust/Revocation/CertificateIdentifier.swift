public import SymbolonCertificates
public import SymbolonKeys

/// A certificate by the key that issued it and its serial number.
///
/// Not by the bytes of the certificate: a signature can be rewritten and still verify, and the revocation must hold.
public struct CertificateIdentifier: Hashable, Sendable {
    public let issuerKey: KeyFingerprint
    public let serialNumber: SerialNumber

    public init(issuerKey: KeyFingerprint, serialNumber: SerialNumber) {
        self.issuerKey = issuerKey
        self.serialNumber = serialNumber
    }
}
