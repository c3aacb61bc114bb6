internal import Crypto
public import SymbolonKeys

/// Whose passkeys these are, and what is asked of them (WebAuthn Level 3 §7).
public struct RelyingParty: Sendable {
    /// A domain name: of the site's origins each is it or below it.
    public let id: String
    /// As browsers serialize them, `https://login.example.com` or with `:port`. Compared octet for octet: no suffix, prefix or other
    /// spelling is one of these (P01).
    public let origins: Set<String>
    /// Sites in whose frames a ceremony may run; none: in nobody's.
    public let topOrigins: Set<String>
    /// In the order of preference.
    public let algorithms: [COSEAlgorithm]
    public let userVerification: UserVerification
    public let attestation: AttestationPolicy
    public let suspectedCopies: SuspectedCopies

    /// What browsers and authenticators have: ES256 nearly all, RS256 the TPM of Windows Hello.
    public static let usualAlgorithms: [COSEAlgorithm] = [.es256, .edDSA, .es384, .es512, .rs256]

    public init(
        id: String, origins: Set<String>, topOrigins: Set<String> = [],
        algorithms: [COSEAlgorithm] = usualAlgorithms, userVerification: UserVerification = .required,
        attestation: AttestationPolicy = .notAsked, suspectedCopies: SuspectedCopies = .refused
    ) {
        self.id = id
        self.origins = origins
        self.topOrigins = topOrigins
        self.algorithms = algorithms
        self.userVerification = userVerification
        self.attestation = attestation
        self.suspectedCopies = suspectedCopies
    }

    /// §6.1: what authenticator data names it by.
    var hash: [UInt8] { Array(SHA256.hash(data: Array(id.utf8))) }
}

/// Whether the authenticator has to know who is there: by fingerprint, face, or PIN.
public enum UserVerification: String, Hashable, Sendable, Codable {
    case required
    /// It is asked for, and what was done stands in the result.
    case preferred
}

/// What is done when an authenticator's counter does not go on from where it was.
public enum SuspectedCopies: String, Hashable, Sendable, Codable {
    case refused
    /// The person is let in, and whoever asked is told.
    case reported
}
