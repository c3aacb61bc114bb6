public import Foundation

/// One way of showing control of an identifier (RFC 8555 §7.1.5, §8).
///
/// RFC 8555 §7.1.6:
/// ```text
/// pending ──► processing ──┬──► valid
///                          └──► invalid
/// ```
public struct ACMEChallenge: Equatable, Sendable {
    public enum State: Equatable, Sendable {
        case pending
        /// With what the last look found, when there was one.
        case processing(ACMEProblem?)
        case valid(at: Date)
        case invalid(ACMEProblem)
    }

    public let kind: ChallengeKind
    /// RFC 8555 §8.1: at least 128 bits of entropy, in base64url.
    public let token: String
    public internal(set) var state: State

    public init(kind: ChallengeKind, token: String, state: State = .pending) {
        self.kind = kind
        self.token = token
        self.state = state
    }
}
