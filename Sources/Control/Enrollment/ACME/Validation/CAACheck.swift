/// Whether a domain's CAA records allow this authority to certify it (RFC 8659, RFC 8657).
public protocol CAACheck: Sendable {
    /// Returns when issuance is allowed; asked when a name was validated, and for every name again before it is certified.
    func check(_ question: CAAQuestion) async throws(ValidationFailure)
}

public struct CAAQuestion: Equatable, Sendable {
    /// As ordered: `issuewild` speaks of wildcards.
    public let identifier: ACMEIdentifier
    /// RFC 8657 §4: how the name was validated.
    public let method: ChallengeKind
    /// RFC 8657 §3: the URL of the account.
    public let accountURL: String

    public init(identifier: ACMEIdentifier, method: ChallengeKind, accountURL: String) {
        self.identifier = identifier
        self.method = method
        self.accountURL = accountURL
    }
}

/// For domains that have no CAA records, as inside a house. The operator says so by name.
public struct NoCAACheck: CAACheck {
    public init() {}

    public func check(_ question: CAAQuestion) async throws(ValidationFailure) {}
}
