/// Why an operation was not performed: what happened, why, and what to do.
public struct AdministrationFailure: Error, Codable, Equatable, Sendable {
    /// What a program tells apart. The raw value is part of the HTTP API.
    public enum Kind: String, Codable, CaseIterable, Sendable {
        /// The caller proved nothing that counts here.
        case unauthenticated
        /// Proved, and not permitted.
        case forbidden
        /// The question cannot be read as one.
        case malformed
        /// Understood, and against the authority's rules.
        case refused
        case notFound
        /// It does not go with what is stored.
        case conflict
        case tooLarge
        /// Too often, or too much at once: later.
        case tooMany
        /// This authority was not opened with the part that does this.
        case notOffered
        /// The store or a signing key cannot be used now.
        case unavailable

        // From here on only a caller at the other end of a connection sees them.

        /// No connection, or it broke.
        case unreachable
        /// Whoever answered could not prove to be the authority.
        case untrusted
        /// Whoever answered does not speak this API.
        case notUnderstood
    }

    public let kind: Kind
    public let what: String
    public let why: String?
    public let mend: String?
    /// In seconds: when another try makes sense.
    public let retryAfter: Int?

    public init(_ kind: Kind, what: String, why: String? = nil, mend: String? = nil, retryAfter: Int? = nil) {
        self.kind = kind
        self.what = what
        self.why = why
        self.mend = mend
        self.retryAfter = retryAfter
    }
}
