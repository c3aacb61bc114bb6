public import Foundation
public import SymbolonAudit
public import SymbolonKeys
public import SymbolonRevocation

/// Where filters are made from, and where they are published: one place for all nodes.
///
/// For each issuer there is one complete filter and one update, and their numbers only go up.
public protocol RevocationFilterStore: Sendable {
    /// Both filters of an issuer, without their bytes, as far as they are there.
    func filterStandings(of issuer: KeyFingerprint) async throws(StoreFailure) -> [FilterStanding]
    func filter(of issuer: KeyFingerprint, _ kind: FilterStanding.Kind) async throws(StoreFailure) -> PublishedFilter?

    /// The certificates of each span, in the order asked, as one transaction sees them, with the change counter.
    func issued(
        by issuer: KeyFingerprint, in spans: [FilterSpan]
    ) async throws(StoreFailure) -> (changeCounter: UInt64, [IssuedCertificates])

    /// With its audit entry, or not at all.
    /// - Parameter last: the number of the one that it was made after; nil: it is the first.
    /// - Returns: false when that one was replaced by somebody else, and nothing was done.
    func publish(
        _ filter: PublishedFilter, replacing last: Int64?, audit: AuditAppend
    ) async throws(StoreFailure) -> Bool
}

/// Certificates by when they begin and end.
public struct FilterSpan: Equatable, Sendable {
    /// Nil: from the first on.
    public let begunAfter: Date?
    public let begunBy: Date
    /// What had ended before is left out.
    public let notEndedBefore: Date

    public init(begunAfter: Date?, begunBy: Date, notEndedBefore: Date) {
        self.begunAfter = begunAfter
        self.begunBy = begunBy
        self.notEndedBefore = notEndedBefore
    }
}
