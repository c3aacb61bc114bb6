/// Looks, once, whether an applicant put what it should where only who controls the identifier can.
///
/// Bounded in time and octets by whoever implements it. A task that is cancelled throws `connection` soon.
public protocol ChallengeValidation: Sendable {
    func validate(_ question: ChallengeQuestion) async throws(ValidationFailure) -> ValidationEvidence
}

/// What to look for, and where.
public struct ChallengeQuestion: Equatable, Sendable {
    public let kind: ChallengeKind
    /// Never a wildcard: the name behind it.
    public let identifier: ACMEIdentifier
    public let token: String
    /// RFC 8555 §8.1: token, full stop, thumbprint of the account key.
    public let keyAuthorization: String

    public init(kind: ChallengeKind, identifier: ACMEIdentifier, token: String, keyAuthorization: String) {
        self.kind = kind
        self.identifier = identifier.base
        self.token = token
        self.keyAuthorization = keyAuthorization
    }
}

/// What was seen and where, for the audit record: names and values as text.
public struct ValidationEvidence: Equatable, Sendable {
    /// The address and port that answered, or the server that gave the record.
    public let place: String
    public let details: [String: String]

    public init(place: String, details: [String: String] = [:]) {
        self.place = place
        self.details = details
    }
}

/// Why a look did not find what it should.
public struct ValidationFailure: Error, Equatable, Sendable {
    /// As the applicant is told: `connection`, `dns`, `tls`, `incorrectResponse`, `unauthorized` or `caa`.
    public let problem: ACMEProblem
    /// Whether another look a little later may well find it: a server that does not answer yet, a record that is not
    /// there yet. An address that may not be asked stays so.
    public let isTransient: Bool

    public init(_ kind: ACMEProblem.Kind, _ detail: String, isTransient: Bool) {
        problem = ACMEProblem(kind, detail)
        self.isTransient = isTransient
    }
}
