public import Foundation

/// The authority as its store knows it: everything but the private keys.
public struct AuthorityRecord: Equatable, Sendable {
    public let configuration: AuthorityConfiguration
    /// DER.
    public let rootCertificate: [UInt8]
    /// DER.
    public let issuingCertificate: [UInt8]
    /// The audit key's SubjectPublicKeyInfo in DER.
    public let auditKey: [UInt8]
    public let createdAt: Date

    public init(
        configuration: AuthorityConfiguration, rootCertificate: [UInt8], issuingCertificate: [UInt8],
        auditKey: [UInt8], createdAt: Date
    ) {
        self.configuration = configuration
        self.rootCertificate = rootCertificate
        self.issuingCertificate = issuingCertificate
        self.auditKey = auditKey
        self.createdAt = createdAt
    }

    /// The same authority, with its lists here.
    public func publishing(at addresses: [PublicationAddress]) -> AuthorityRecord {
        AuthorityRecord(
            configuration: configuration.publishing(at: addresses), rootCertificate: rootCertificate,
            issuingCertificate: issuingCertificate, auditKey: auditKey, createdAt: createdAt)
    }

    /// The same authority, permitted these as well.
    public func permitting(_ permissions: [Permission]) -> AuthorityRecord {
        AuthorityRecord(
            configuration: configuration.permitting(permissions), rootCertificate: rootCertificate,
            issuingCertificate: issuingCertificate, auditKey: auditKey, createdAt: createdAt)
    }
}
