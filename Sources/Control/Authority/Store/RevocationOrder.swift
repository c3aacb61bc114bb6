public import Foundation
public import SymbolonAudit
public import SymbolonCertificates
public import SymbolonRevocation

/// One certificate to revoke, with the audit entry to write if that is news.
public struct RevocationOrder: Sendable {
    /// What an order changes.
    public enum Reach: Equatable, Sendable {
        /// What is not revoked yet.
        case unrevoked
        /// Also what is: a hold ends for good, and any other reason is raised to `keyCompromise`. The date stays.
        case raising

        /// Whether a revocation gives way to another. RFC 5280 §5.3.1.
        public func replaces(_ found: RevocationReason, by reason: RevocationReason) -> Bool {
            switch self {
            case .unrevoked: false
            case .raising: found != reason && (found == .certificateHold || reason == .keyCompromise)
            }
        }
    }

    public let serialNumber: SerialNumber
    public let revocation: Revocation
    public let reach: Reach
    /// When the key was lost or the certificate became false, where that is known. RFC 5280 §5.3.2.
    public let invalidSince: Date?
    public let audit: AuditAppend

    public init(
        serialNumber: SerialNumber, revocation: Revocation, reach: Reach = .unrevoked, invalidSince: Date? = nil,
        audit: AuditAppend
    ) {
        self.serialNumber = serialNumber
        self.revocation = revocation
        self.reach = reach
        self.invalidSince = invalidSince
        self.audit = audit
    }
}

/// One certificate whose hold is to be lifted.
public struct ReleaseOrder: Sendable {
    public let serialNumber: SerialNumber
    public let at: Date
    public let audit: AuditAppend

    public init(serialNumber: SerialNumber, at: Date, audit: AuditAppend) {
        self.serialNumber = serialNumber
        self.at = at
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
