public import SymbolonAudit
public import SymbolonCertificates
public import SymbolonRevocation

/// One certificate to revoke, with the audit entry to write if that is news.
public struct RevocationOrder: Sendable {
    public let serialNumber: SerialNumber
    public let revocation: Revocation
    public let audit: AuditAppend

    public init(serialNumber: SerialNumber, revocation: Revocation, audit: AuditAppend) {
        self.serialNumber = serialNumber
        self.revocation = revocation
        self.audit = audit
    }
}

/// Everything revoked, and the change counter that it belongs to.
public struct RevocationRecords: Equatable, Sendable {
    public let revoked: [CertificateIdentifier: Revocation]
    public let changeCounter: UInt64

    public init(revoked: [CertificateIdentifier: Revocation], changeCounter: UInt64) {
        self.revoked = revoked
        self.changeCounter = changeCounter
    }
}
