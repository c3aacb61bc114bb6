/// Why a request was refused, or an order or challenge failed (RFC 8555 §6.7, RFC 7807).
public struct ACMEProblem: Error, Equatable, Sendable {
    /// RFC 8555 §6.7, RFC 9773 §7.4, draft-ietf-acme-profiles §6.
    public enum Kind: String, Sendable, CaseIterable {
        case accountDoesNotExist, alreadyRevoked, badCSR, badNonce, badPublicKey, badRevocationReason
        case badSignatureAlgorithm, caa, compound, connection, dns, externalAccountRequired, incorrectResponse
        case invalidContact, malformed, orderNotReady, rateLimited, rejectedIdentifier, serverInternal, tls
        case unauthorized, unsupportedContact, unsupportedIdentifier, userActionRequired
        case alreadyReplaced
        case invalidProfile
    }

    public let kind: Kind
    /// For a person: what, and what to do.
    public let detail: String
    /// RFC 8555 §6.7.1: which of the identifiers was at fault.
    public let subproblems: [Subproblem]

    /// RFC 8555 §6.7.1.
    public struct Subproblem: Equatable, Sendable {
        public let kind: Kind
        public let detail: String
        public let identifier: ACMEIdentifier

        public init(_ kind: Kind, _ detail: String, for identifier: ACMEIdentifier) {
            self.kind = kind
            self.detail = detail
            self.identifier = identifier
        }
    }

    public init(_ kind: Kind, _ detail: String, subproblems: [Subproblem] = []) {
        self.kind = kind
        self.detail = detail
        self.subproblems = subproblems
    }
}
