public import Foundation
public import SymbolonCertificates

/// Which records to list; what is `nil` does not narrow.
public struct CertificateQuery: Equatable, Sendable {
    public var identity: String?
    public var profile: String?
    /// Empty means none.
    public var states: Set<IssuanceState.Name>
    /// Only those whose `notAfter` is not before this moment.
    public var validAt: Date?
    /// Only records that are older than this one's; none are older than one that is not there.
    public var before: SerialNumber?
    public var limit: Int

    /// - Parameter limit: 1000 unless told: more than a person reads, little enough to hold in memory.
    public init(
        identity: String? = nil, profile: String? = nil,
        states: Set<IssuanceState.Name> = Set(IssuanceState.Name.allCases), validAt: Date? = nil, limit: Int = 1000
    ) {
        self.identity = identity
        self.profile = profile
        self.states = states
        self.validAt = validAt
        self.limit = limit
    }
}
