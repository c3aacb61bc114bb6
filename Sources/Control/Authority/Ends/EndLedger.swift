public import Foundation

/// Who has heard what: all ends that believe this authority, whichever node they speak to.
///
/// It is kept so that every node sees it, and may be lost with the machine that keeps it: ends say it again.
public protocol EndLedger: Sendable {
    /// Notes what ends have said, all in one transaction; what was heard earlier never takes the place of what was heard
    /// later. Refused as a whole when one confirms a version that there has never been.
    func note(_ confirmations: [EndConfirmation]) async throws(StoreFailure)
    /// An end has stopped, and is not waited for any more.
    func forget(_ end: EndID, of identity: String) async throws(StoreFailure)
    /// Forgets those that have not been heard since.
    func forgetEnds(silentSince date: Date) async throws(StoreFailure)
    /// By name, then by identity; also those that fell silent.
    func endStandings() async throws(StoreFailure) -> [EndStanding]
    /// The ends that are live at a moment, whose own certificates are not revoked, and have not confirmed a version. An empty list: all have.
    func ends(behind version: UInt64, at now: Date) async throws(StoreFailure) -> [EndStanding]
    /// How many ends are live at a moment, with certificates that are not revoked.
    func liveEndCount(at now: Date) async throws(StoreFailure) -> Int
    /// How many connections rest on each of these certificates at the ends that are live, as they have said last.
    func liveConnections(on serials: [String], at now: Date) async throws(StoreFailure) -> [String: Int]
}
