public import Foundation
public import SymbolonKeys

/// A key that an operator gave to one applicant, so that it may make one account (RFC 8555 §7.3.4).
///
/// ```text
/// open ──┬──► bound ──┬──► revoked
///        └────────────┘
/// ```
public struct ExternalAccountKey: Equatable, Sendable {
    /// The key identifier: `kid` in the binding.
    public let id: String
    /// The MAC key, 32 octets.
    public let secret: SecretBytes
    /// What the account made with it may ask for; nil: what the server grants to everybody.
    public let policy: ACMEPolicy?
    public let createdAt: Date
    /// Who made it.
    public let createdBy: String
    public let expiresAt: Date?
    public internal(set) var state: State
    /// One more at every change.
    public internal(set) var revision: Int64

    public enum State: Equatable, Sendable {
        case open
        /// One account was made with it.
        case bound(ResourceID, at: Date)
        case revoked(at: Date)

        public enum Name: String, Sendable, CaseIterable {
            case open, bound, revoked
        }

        public var name: Name {
            switch self {
            case .open: .open
            case .bound: .bound
            case .revoked: .revoked
            }
        }
    }

    public init(
        id: String, secret: SecretBytes, policy: ACMEPolicy?, createdAt: Date, createdBy: String, expiresAt: Date?,
        state: State = .open, revision: Int64 = 0
    ) {
        self.id = id
        self.secret = secret
        self.policy = policy
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.expiresAt = expiresAt
        self.state = state
        self.revision = revision
    }
}
