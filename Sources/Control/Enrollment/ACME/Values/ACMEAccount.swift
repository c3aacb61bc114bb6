public import Foundation
public import SymbolonKeys

/// A key that may ask for certificates (RFC 8555 §7.1.2).
///
/// RFC 8555 §7.1.6:
/// ```text
/// valid ──┬──► deactivated   by its holder
///         └──► revoked       by an operator
/// ```
public struct ACMEAccount: Equatable, Sendable {
    public enum Status: String, Sendable, CaseIterable {
        case valid, deactivated, revoked
    }

    public let id: ResourceID
    public internal(set) var key: PublicKey
    public internal(set) var status: Status
    /// URLs, as given (RFC 8555 §7.3).
    public internal(set) var contacts: [String]
    /// The key identifier of the external account that it is bound to (RFC 8555 §7.3.4).
    public let externalAccount: String?
    /// What it may ask for; nil: what the server grants to everybody.
    public internal(set) var policy: ACMEPolicy?
    public let createdAt: Date
    /// The network that it was made from, for counting; empty when not known.
    public let createdFrom: String
    /// One more at every change.
    public internal(set) var revision: Int64

    public init(
        id: ResourceID, key: PublicKey, status: Status = .valid, contacts: [String], externalAccount: String?,
        policy: ACMEPolicy?, createdAt: Date, createdFrom: String, revision: Int64 = 0
    ) {
        self.id = id
        self.key = key
        self.status = status
        self.contacts = contacts
        self.externalAccount = externalAccount
        self.policy = policy
        self.createdAt = createdAt
        self.createdFrom = createdFrom
        self.revision = revision
    }
}
