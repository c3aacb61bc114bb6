public import Foundation
public import SymbolonCertificates

/// A request for one certificate (RFC 8555 §7.1.3).
///
/// RFC 8555 §7.1.6. `pending` and `ready` are one stored state: which of the two it is follows from the authorizations.
/// ```text
/// pending ──► ready ──► processing ──► valid
///    │          │            │
///    └──────────┴────────────┴──────► invalid
/// ```
public struct ACMEOrder: Equatable, Sendable {
    public let id: ResourceID
    public let account: ResourceID
    /// Each once; wildcards as asked for.
    public let identifiers: [ACMEIdentifier]
    /// The name of an `ACMEProfile`.
    public let profile: String
    /// One for each identifier, in the same order.
    public let authorizations: [ResourceID]
    /// RFC 9773 §5.
    public let replaces: SerialNumber?
    public let createdAt: Date
    public let expiresAt: Date
    public internal(set) var state: State
    /// One more at every change.
    public internal(set) var revision: Int64

    public enum State: Equatable, Sendable {
        case open
        case processing(Finalization)
        case valid(SerialNumber)
        case invalid(ACMEProblem)

        public enum Name: String, Sendable, CaseIterable {
            case open, processing, valid, invalid
        }

        public var name: Name {
            switch self {
            case .open: .open
            case .processing: .processing
            case .valid: .valid
            case .invalid: .invalid
            }
        }
    }

    /// An accepted request that somebody is issuing for.
    public struct Finalization: Equatable, Sendable {
        /// The PKCS #10 request, DER.
        public let request: [UInt8]
        /// When the one that issues began; another may take it over when this is long ago.
        public let since: Date

        public init(request: [UInt8], since: Date) {
            self.request = request
            self.since = since
        }
    }

    public init(
        id: ResourceID, account: ResourceID, identifiers: [ACMEIdentifier], profile: String,
        authorizations: [ResourceID], replaces: SerialNumber?, createdAt: Date, expiresAt: Date,
        state: State = .open, revision: Int64 = 0
    ) {
        self.id = id
        self.account = account
        self.identifiers = identifiers
        self.profile = profile
        self.authorizations = authorizations
        self.replaces = replaces
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.state = state
        self.revision = revision
    }
}
