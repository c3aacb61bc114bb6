public import Foundation
public import SymbolonCertificates
public import SymbolonKeys

/// Which records to list; what is `nil` does not narrow.
public struct CertificateQuery: Equatable, Sendable {
    public var identity: String?
    /// Only identities that begin with one of these; empty does not narrow.
    public var identityPrefixes: [String] = []
    public var profile: String?
    /// Only certificates that were signed with this key.
    public var issuer: KeyFingerprint?
    /// Only certificates of this key.
    public var key: KeyFingerprint?
    /// Only what was asked for at this moment or later.
    public var issuedFrom: Date?
    /// Only what was asked for before this moment.
    public var issuedBefore: Date?
    /// Empty means none.
    public var states: Set<IssuanceState.Name>
    /// Only those whose `notAfter` is not before this moment.
    public var validAt: Date?
    /// Only records that are older than this one's; none are older than one that is not there.
    public var before: SerialNumber?
    public var limit: Int

    /// - Parameter limit: 1000 unless told: more than a person reads, little enough to hold in memory.
    public init(
        identity: String? = nil, profile: String? = nil, issuer: KeyFingerprint? = nil, key: KeyFingerprint? = nil,
        states: Set<IssuanceState.Name> = Set(IssuanceState.Name.allCases), validAt: Date? = nil, limit: Int = 1000
    ) {
        self.identity = identity
        self.profile = profile
        self.issuer = issuer
        self.key = key
        self.states = states
        self.validAt = validAt
        self.limit = limit
    }
}
