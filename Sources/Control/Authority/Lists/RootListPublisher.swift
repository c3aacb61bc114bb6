public import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation

/// Makes a root's list: which issuing authorities it has taken back. RFC 5280 §5.
///
/// A root's key may be where no network is, so that its list holds for half a year and is made anew whenever the key is at
/// hand: with the authority, with each change of an issuer, and by `symbolon authority publish-root-list`. It has no deltas
/// and no filter: it is shorter than either would be.
public struct RootListPublisher: Sendable {
    /// 180 days: a key that lies in a safe is fetched twice a year at most.
    public static let standardLife: Duration = .seconds(180 * 86_400)
    /// The longest that is signed ahead: a root's list that holds for longer than a year is forgotten.
    public static let longestLife: Duration = .seconds(400 * 86_400)
    /// Anew when half of it is over, where the root's key is at hand.
    private static let renewedAfter = 0.5
    /// Somebody must look when a quarter is left.
    private static let lateAfter = 0.75

    private let authority: IssuingAuthority
    private let store: any RevocationListStore

    public init(_ authority: IssuingAuthority, store: any RevocationListStore) {
        self.authority = authority
        self.store = store
    }

    public enum Standing: Equatable, Sendable {
        case good(ListStanding)
        /// It is due, or something changed since; nil: there is none yet.
        case due(ListStanding?)
        /// It lapses soon, or a revocation is not on it: the key must be brought.
        case late(ListStanding?)
    }

    /// How the lists of the roots that are believed stand.
    public func standings() async throws(StoreFailure) -> [(root: Issuer, standing: Standing)] {
        try await Self.standings(of: authority.store, store, at: authority.now)
    }

    /// The same for whoever only looks.
    public static func standings(
        of issuers: any IssuerStore, _ lists: any RevocationListStore, at now: Date
    ) async throws(StoreFailure) -> [(root: Issuer, standing: Standing)] {
        let issuers = try await issuers.issuers()
        var found: [(root: Issuer, standing: Standing)] = []
        for root in issuers where root.role == .root && root.isBelieved {
            let list = try await last(of: root.key, lists)
            found.append((root, standing(list, lastChange(issuers, root.key), at: now)))
        }
        return found
    }

    private static func standing(_ list: ListStanding?, _ change: UInt64?, at now: Date) -> Standing {
        guard let list else { return change == nil ? .due(nil) : .late(nil) }
        if let change, list.changeCounter < change { return .late(list) }
        let age = now.timeIntervalSince(list.thisUpdate) / list.nextUpdate.timeIntervalSince(list.thisUpdate)
        return age >= lateAfter ? .late(list) : age >= renewedAfter ? .due(list) : .good(list)
    }

    /// From which value of the change counter what is revoked below a root is known.
    private static func lastChange(_ issuers: [Issuer], _ root: KeyFingerprint) -> UInt64? {
        issuers.filter { one in
            one.revocation != nil && issuers.identifiers(of: one).contains { $0.issuerKey == root }
        }.map(\.changeCounter).max()
    }

    private static func last(
        of root: KeyFingerprint, _ store: any RevocationListStore
    ) async throws(StoreFailure) -> ListStanding? {
        try await store.listStandings(of: root).first { $0.scope == .whole && $0.kind == .complete }
    }

    /// Makes it and publishes it, whether or not it is due.
    /// - Returns: nil when another node was faster.
    public func publish(
        _ root: SigningIssuer, life: Duration = standardLife, actor: String
    ) async throws(ListPublicationFailure) -> ListStanding? {
        let now = authority.now.cutToSecond
        let (last, counter, issuers): (ListStanding?, UInt64, [Issuer])
        do throws(StoreFailure) {
            last = try await Self.last(of: root.key, store)
            // Before the issuers: what changes in between is on the next list.
            counter = try await authority.store.changeCounter()
            issuers = try await authority.store.issuers()
        } catch {
            throw .store(error)
        }
        if let last, now < last.thisUpdate { throw .clockBeforeLast(now: now, last: last.thisUpdate) }
        let entries = Self.entries(of: root.key, issuers)
        // Seconds since 1970, so that the numbers go on even where the store has forgotten the last ones.
        let number = max(Int64(now.timeIntervalSince1970), last?.number ?? 0) + 1
        let standing = ListStanding(
            issuerKey: root.key, scope: .whole, kind: .complete, number: number, changeCounter: counter,
            thisUpdate: now,
            nextUpdate: min(now + life.wholeSeconds, root.certificate.notAfter), count: entries.count,
            base: ListBase(number: number, changeCounter: counter, thisUpdate: now))
        let list = try root.signList(
            ListTemplate(
                of: root, thisUpdate: now, nextUpdate: standing.nextUpdate, number: ListNumber(number)),
            listing: entries)
        try ListLint(root).check(list, against: standing, after: last)
        return try await publish(PublishedList(standing: standing, der: list.der), replacing: last, actor, now)
    }

    /// Whatever was revoked below a root, until its certificate has ended and beyond: there are few.
    private static func entries(of root: KeyFingerprint, _ issuers: [Issuer]) -> RevokedCertificates {
        var revoked: [SerialNumber: Revocation] = [:]
        for issuer in issuers {
            guard let revocation = issuer.revocation else { continue }
            for one in issuers.identifiers(of: issuer) where one.issuerKey == root {
                revoked[one.serialNumber] = revocation
            }
        }
        var entries = RevokedCertificates(expecting: revoked.count)
        for (serialNumber, revocation) in revoked.sorted(by: {
            $0.key.magnitude.lexicographicallyPrecedes($1.key.magnitude)
        }) {
            entries.append(serialNumber, revocation)
        }
        return entries
    }

    private func publish(
        _ list: PublishedList, replacing last: ListStanding?, _ actor: String, _ now: Date
    ) async throws(ListPublicationFailure) -> ListStanding? {
        let event = AuditEvent(
            .listsPublished, at: now, actor: actor, subject: "root \(Issuer.name(of: list.standing.issuerKey))",
            details: [
                "number": "\(list.standing.number)", "entries": "\(list.standing.count)",
                "nextUpdate": CertificateTime(list.standing.nextUpdate).description,
            ])
        do throws(StoreFailure) {
            let isPublished = try await store.publish(
                [ListPublication(list: list, replaces: last?.number)], audit: authority.sealed(event))
            return isPublished ? list.standing : nil
        } catch {
            throw .store(error)
        }
    }
}
