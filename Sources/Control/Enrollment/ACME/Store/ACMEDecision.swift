public import SymbolonAudit
public import SymbolonCertificates

/// What is to become true together.
public struct ACMEDecision: Sendable {
    public var accounts: [ACMEAccount] = []
    public var externalAccountKeys: [ExternalAccountKey] = []
    public var orders: [ACMEOrder] = []
    public var authorizations: [ACMEAuthorization] = []
    /// Accounts that must still be in this revision, though they do not change.
    public var unchangedAccounts: [ACMEAccount] = []
    /// Authorizations that must still be in this revision, though they do not change.
    public var unchangedAuthorizations: [ACMEAuthorization] = []
    public var replacement: Replacement?
    public var audit: [AuditAppend] = []

    /// RFC 9773 §5: `order` is the one that replaces `certificate`. `instead` is the order that did so before, and came to
    /// nothing; when the store knows another one there is a conflict.
    public struct Replacement: Sendable {
        public let certificate: SerialNumber
        public let order: ResourceID
        public let instead: ResourceID?

        public init(certificate: SerialNumber, order: ResourceID, instead: ResourceID?) {
            self.certificate = certificate
            self.order = order
            self.instead = instead
        }
    }

    public init() {}
}

/// What became of a decision.
public enum ACMECommit: Equatable, Sendable {
    case done
    /// Something that the decision rests on has changed, or is taken. Nothing of it was stored.
    case conflict
}
