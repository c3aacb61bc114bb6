public import Foundation

/// That an account may act for an identifier, or is about to show it (RFC 8555 §7.1.4).
///
/// RFC 8555 §7.1.6. `expired` is `pending` or `valid` whose time is over.
/// ```text
/// pending ──┬──► valid ──┬──► deactivated
///           │            └──► expired
///           ├──► invalid
///           ├──► deactivated
///           └──► expired
/// ```
public struct ACMEAuthorization: Equatable, Sendable {
    public enum Status: String, Sendable, CaseIterable {
        case pending, valid, invalid, deactivated
    }

    public let id: ResourceID
    public let account: ResourceID
    /// As ordered: a wildcard is authorized apart from the name behind it.
    public let identifier: ACMEIdentifier
    public let createdAt: Date
    public internal(set) var expiresAt: Date
    public internal(set) var status: Status
    /// In the order in which they are offered, each kind once.
    public internal(set) var challenges: [ACMEChallenge]
    /// The look that is to be taken next; nil when none is.
    public internal(set) var attempt: Attempt?
    /// One more at every change.
    public internal(set) var revision: Int64

    /// A validation under way. It outlives a restart: whoever serves the store takes it up when it is due.
    public struct Attempt: Equatable, Sendable {
        public let kind: ChallengeKind
        /// 1 for the first look.
        public let number: Int
        /// Nobody looks before this moment; whoever takes it up first moves it on.
        public let dueAt: Date

        public init(kind: ChallengeKind, number: Int, dueAt: Date) {
            self.kind = kind
            self.number = number
            self.dueAt = dueAt
        }
    }

    public init(
        id: ResourceID, account: ResourceID, identifier: ACMEIdentifier, createdAt: Date, expiresAt: Date,
        status: Status = .pending, challenges: [ACMEChallenge], attempt: Attempt? = nil, revision: Int64 = 0
    ) {
        self.id = id
        self.account = account
        self.identifier = identifier
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.status = status
        self.challenges = challenges
        self.attempt = attempt
        self.revision = revision
    }
}
