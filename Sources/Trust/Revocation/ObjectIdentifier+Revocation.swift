package import SymbolonCertificates

/// The identifiers that lists and answers are read by.
extension ObjectIdentifier {
    // RFC 5280 §4.2.1.13, §5.2, §5.3.
    package static let cRLDistributionPoints = ObjectIdentifier(2, 5, 29, 31)
    package static let cRLNumber = ObjectIdentifier(2, 5, 29, 20)
    package static let cRLReasons = ObjectIdentifier(2, 5, 29, 21)
    package static let invalidityDate = ObjectIdentifier(2, 5, 29, 24)
    package static let deltaCRLIndicator = ObjectIdentifier(2, 5, 29, 27)
    package static let issuingDistributionPoint = ObjectIdentifier(2, 5, 29, 28)
    package static let certificateIssuer = ObjectIdentifier(2, 5, 29, 29)
    package static let freshestCRL = ObjectIdentifier(2, 5, 29, 46)

    // RFC 6960 §4.1.1, §4.2.1, §4.2.2.2.1, §4.4.1, §4.4.4.
    package static let ocspBasic = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1, 1)
    package static let ocspNonce = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1, 2)
    package static let ocspNoCheck = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1, 5)
    package static let ocspArchiveCutoff = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1, 6)
    // RFC 5280 §4.2.2.1, id-ad-ocsp.
    package static let ocspAccess = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1)
    package static let sha1 = ObjectIdentifier(1, 3, 14, 3, 2, 26)
    package static let sha256 = ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 1)

    // RFC 7633 §6.
    package static let tlsFeature = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 1, 24)
}
