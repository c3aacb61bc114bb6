public import SymbolonNames

/// Which rules beyond RFC 5280 §6.1 a path is held to. Each is one flag with its origin; the two named profiles are the
/// table below.
public struct VerificationProfile: Equatable, Sendable {
    public let name: String

    /// RFC 5280 §4 tells authorities how certificates are made; §6.1 validates without asking whether they kept to it.
    /// Whether verifying asks: serial numbers and times in their form, key identifiers there, critical marks as due,
    /// keyCertSign and path lengths with authorities only.
    var conformance: Conformance
    /// RFC 5280 §4.2.1.2: authorities MUST name their key to those below as they name it themselves; "applications are not
    /// required to verify that key identifiers match".
    var requiresMatchingKeyIdentifiers: Bool
    /// CA/Browser Forum TLS rules 7.1.2.7.8, SPIFFE X.509-SVID §4.1: no authority stands in the place of a peer.
    var refusesAuthorityAsLeaf: Bool
    /// RFC 9525 §4.1: a peer is known by its subject alternative names; there is at least one.
    var requiresAlternativeName: Bool
    /// CA/Browser Forum TLS rules 7.1.2.7.10: the leaf says what its key is for, and does not say "anything".
    var requiresStatedPurpose: Bool
    /// RFC 8446 §4.4.2.2: in TLS 1.3 both ends sign. RFC 5280 §4.2.1.12 would let a key only agree or encipher.
    var requiresSigningKey: Bool
    /// CA/Browser Forum TLS rules 6.1.6: an RSA modulus is of whole octets.
    var requiresWholeModulusOctets: Bool
    /// CA/Browser Forum TLS rules 7.1.2.1, 7.1.2.7, 7.1.4.3, for servers that carry no SPIFFE ID: how roots, critical
    /// marks and CommonNames of certificates on the Web look.
    var holdsServersToWebRules: Bool
    /// CA/Browser Forum TLS rules 3.2.2.6: no wildcard stands for the domains of different owners. Nil: only what the
    /// names themselves show is refused.
    var publicSuffixes: PublicSuffixes?

    enum Conformance: Sendable {
        case always
        /// With a purpose the certificates serve an application, and the application rests on §4; with none, only the
        /// algorithm of §6.1 is asked for.
        case forNamedPurposes
    }

    /// What RFC 5280 demands, and no more.
    public static let rfc5280 = VerificationProfile(
        name: "rfc5280",
        conformance: .forNamedPurposes,
        requiresMatchingKeyIdentifiers: false,
        refusesAuthorityAsLeaf: false,
        requiresAlternativeName: false,
        requiresStatedPurpose: false,
        requiresSigningKey: false,
        requiresWholeModulusOctets: false,
        holdsServersToWebRules: false,
        publicSuffixes: nil)

    /// What a modern verifier on the Web asks: what our own ends use.
    public static let strict = VerificationProfile(
        name: "strict",
        conformance: .always,
        requiresMatchingKeyIdentifiers: true,
        refusesAuthorityAsLeaf: true,
        requiresAlternativeName: true,
        requiresStatedPurpose: true,
        requiresSigningKey: true,
        requiresWholeModulusOctets: true,
        holdsServersToWebRules: true,
        publicSuffixes: nil)

    public static let all = [rfc5280, strict]

    /// This profile with a list of the suffixes that no wildcard may stand right before.
    public func refusingWildcards(under suffixes: PublicSuffixes) -> VerificationProfile {
        var profile = self
        profile.publicSuffixes = suffixes
        return profile
    }
}

/// A profile in force for one purpose.
struct Rules {
    let profile: VerificationProfile
    let purpose: Purpose

    /// A server is judged by the rules of the Web.
    var isForWebServer: Bool { profile.holdsServersToWebRules && purpose == .server }

    /// RFC 5280 §4 binds.
    var askConformance: Bool {
        switch profile.conformance {
        case .always: true
        case .forNamedPurposes: purpose != .any
        }
    }
}
