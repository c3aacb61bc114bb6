/// What an authority knows of one of its certificates. RFC 6960 §2.2.
public enum CertificateStanding: Equatable, Sendable {
    case good
    case revoked(Revocation)
    /// It issued none with this serial number.
    case unknown
}
