public import Foundation

/// One of an authority's own certificates.
public struct AuthorityCertificateReport: Codable, Equatable, Sendable {
    public let subject: String
    /// SHA-256 over the DER.
    public let fingerprint: String
    public let notBefore: Date
    public let notAfter: Date
    public let pem: String

    public init(subject: String, fingerprint: String, notBefore: Date, notAfter: Date, pem: String) {
        self.subject = subject
        self.fingerprint = fingerprint
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.pem = pem
    }
}

/// What an authority is, and how it stands.
public struct AuthorityReport: Codable, Equatable, Sendable {
    public let trustDomain: String
    public let organisation: String
    public let keyAlgorithm: String
    public let createdAt: Date
    public let root: AuthorityCertificateReport
    public let issuing: AuthorityCertificateReport
    public let permittedDNS: [String]
    public let permittedNetworks: [String]
    public let permittedMail: [String]
    /// Certificates that have not ended.
    public let live: Int
    public let revoked: Int
    public let auditEntries: Int64
    /// SHA-256 over SubjectPublicKeyInfo.
    public let auditKey: String

    public init(
        trustDomain: String, organisation: String, keyAlgorithm: String, createdAt: Date,
        root: AuthorityCertificateReport, issuing: AuthorityCertificateReport, permittedDNS: [String],
        permittedNetworks: [String], permittedMail: [String], live: Int, revoked: Int, auditEntries: Int64,
        auditKey: String
    ) {
        self.trustDomain = trustDomain
        self.organisation = organisation
        self.keyAlgorithm = keyAlgorithm
        self.createdAt = createdAt
        self.root = root
        self.issuing = issuing
        self.permittedDNS = permittedDNS
        self.permittedNetworks = permittedNetworks
        self.permittedMail = permittedMail
        self.live = live
        self.revoked = revoked
        self.auditEntries = auditEntries
        self.auditKey = auditKey
    }
}

/// One certificate and what became of it.
public struct CertificateReport: Codable, Equatable, Sendable {
    /// Where a certificate stands.
    public enum State: String, Codable, CaseIterable, Sendable { case intended, issued, expired, abandoned, revoked }

    public let identity: String
    public let profile: String
    public let serial: String
    public let state: State
    public let names: [String]
    public let notBefore: Date
    public let notAfter: Date
    /// The kind of key, e.g. `P-256`; nil when nothing was signed.
    public let key: String?
    /// SHA-256 over SubjectPublicKeyInfo.
    public let keyFingerprint: String
    /// SHA-256 over the DER; nil when nothing was signed.
    public let certificateFingerprint: String?
    public let revokedAt: Date?
    public let reason: String?
    /// Who asked for it.
    public let requestedBy: String

    public init(
        identity: String, profile: String, serial: String, state: State, names: [String], notBefore: Date,
        notAfter: Date, key: String?, keyFingerprint: String, certificateFingerprint: String?, revokedAt: Date?,
        reason: String?, requestedBy: String
    ) {
        self.identity = identity
        self.profile = profile
        self.serial = serial
        self.state = state
        self.names = names
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.key = key
        self.keyFingerprint = keyFingerprint
        self.certificateFingerprint = certificateFingerprint
        self.revokedAt = revokedAt
        self.reason = reason
        self.requestedBy = requestedBy
    }
}

/// One entry of the audit record.
public struct AuditEntryReport: Codable, Equatable, Sendable {
    public let sequence: Int64
    public let at: Date
    public let kind: String
    public let subject: String
    public let actor: String
    public let details: [String: String]
    /// In hexadecimal.
    public let hash: String

    public init(
        sequence: Int64, at: Date, kind: String, subject: String, actor: String, details: [String: String],
        hash: String
    ) {
        self.sequence = sequence
        self.at = at
        self.kind = kind
        self.subject = subject
        self.actor = actor
        self.details = details
        self.hash = hash
    }
}
