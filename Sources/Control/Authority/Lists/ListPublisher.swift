import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation

/// Makes an issuing authority's lists, signs them ahead of need, checks them and publishes them.
///
/// Several nodes may each have one: what two make at the same time is published once.
public actor ListPublisher {
    private nonisolated let authority: IssuingAuthority
    private nonisolated let issuer: SigningIssuer
    private nonisolated let store: any RevocationListStore
    private nonisolated let schedule: ListSchedule
    private nonisolated let lint: ListLint
    /// The last change in each shard, as far as the store was asked.
    private var changes: [ListScope: UInt64] = [:]
    private var askedUpTo: UInt64?

    /// - Parameter issuer: whose lists; those of the one that is active now, unless told.
    public init(
        _ authority: IssuingAuthority, of issuer: SigningIssuer? = nil, store: any RevocationListStore,
        schedule: ListSchedule = ListSchedule()
    ) {
        self.authority = authority
        self.issuer = issuer ?? authority.signingIssuer
        self.store = store
        self.schedule = schedule
        lint = ListLint(self.issuer)
    }

    private var issuerKey: KeyFingerprint { issuer.key }

    /// Where no certificate says where its list is, there is one list of all.
    private var scopes: [ListScope] { authority.configuration.publishedAt.isEmpty ? [.whole] : ListScope.all }

    /// Makes and publishes every list that is due: those of which something changed, at once, and the others before they
    /// lapse.
    /// - Returns: what this call published; nothing when all is as it should be, or another node was faster.
    public func publishWhatIsDue() async throws(ListPublicationFailure) -> [ListStanding] {
        let now = authority.now.cutToSecond
        let standings: [Series: ListStanding]
        do throws(StoreFailure) {
            standings = try await Self.bySeries(store.listStandings(of: issuerKey))
            try await askForChanges(since: standings.values.map(\.changeCounter).min() ?? 0)
        } catch {
            throw .store(error)
        }
        if let last = standings.values.map(\.thisUpdate).max(), now < last {
            // A node whose clock is a little behind leaves it to the one that was first, or comes again soon.
            guard now >= last - IssuingAuthority.clockTolerance.wholeSeconds else {
                throw .clockBeforeLast(now: now, last: last)
            }
            return []
        }
        var published: [ListStanding] = []
        var waiting: [ListPublication] = []
        for scope in scopes {
            let change = scope == .whole ? changes.values.max() : changes[scope]
            waiting += try await make(scope, standings, changedAt: change ?? 0, now)
            if waiting.lazy.map(\.list.der.count).reduce(0, +) >= Self.mostAtOnce {
                published += try await publish(waiting, now)
                waiting = []
            }
        }
        return published + (try await publish(waiting, now))
    }

    /// Lists are published together, with one audit entry, up to so many octets: more would fill the memory.
    private static let mostAtOnce = 8 << 20

    /// What was asked once is remembered: a million changes are counted through once.
    private func askForChanges(since counter: UInt64) async throws(StoreFailure) {
        let found = try await store.changedShards(of: issuerKey, after: askedUpTo ?? counter)
        changes.merge(found) { max($0, $1) }
        askedUpTo = changes.values.max() ?? counter
    }

    /// Every list of these scopes, and how it stands: what is missing here was never published.
    public func standings() async throws(StoreFailure) -> [ListStanding] {
        let all = try await Self.bySeries(store.listStandings(of: issuerKey))
        return scopes.flatMap { scope in
            ListStanding.Kind.allCases.compactMap { all[Series(scope: scope, kind: $0)] }
        }
    }

    private struct Series: Hashable {
        let scope: ListScope
        let kind: ListStanding.Kind
    }

    private static func bySeries(_ standings: [ListStanding]) -> [Series: ListStanding] {
        Dictionary(standings.map { (Series(scope: $0.scope, kind: $0.kind), $0) }) { first, _ in first }
    }

    // MARK: One scope

    private func make(
        _ scope: ListScope, _ standings: [Series: ListStanding], changedAt change: UInt64, _ now: Date
    ) async throws(ListPublicationFailure) -> [ListPublication] {
        let complete = standings[Series(scope: scope, kind: .complete)]
        let delta = standings[Series(scope: scope, kind: .delta)]
        var kinds: Set<ListStanding.Kind> = []
        if complete == nil {
            // The first: there is nothing yet that a delta could build on.
            kinds = [.complete]
        } else if isCompleteDue(complete, changedAt: change, now) {
            // RFC 5280 §5.2.4: made together they have one number and say the same.
            kinds = [.complete, .delta]
        } else if delta.map({ schedule.isDue($0, at: now) || $0.changeCounter < change }) ?? true {
            kinds = [.delta]
        }
        guard !kinds.isEmpty else { return [] }
        return try await make(kinds, of: scope, after: complete, delta, now)
    }

    private func isCompleteDue(_ list: ListStanding?, changedAt change: UInt64, _ now: Date) -> Bool {
        guard let list, !schedule.isDue(list, at: now) else { return true }
        guard list.changeCounter < change else { return false }
        return list.count <= schedule.large || now >= list.thisUpdate + schedule.patience.wholeSeconds
    }

    private func make(
        _ kinds: Set<ListStanding.Kind>, of scope: ListScope, after complete: ListStanding?, _ delta: ListStanding?,
        _ now: Date
    ) async throws(ListPublicationFailure) -> [ListPublication] {
        // Seconds since 1970, so that the numbers go on even where the store has forgotten the last ones.
        let number = max(Int64(now.timeIntervalSince1970), [complete, delta].compactMap { $0?.number }.max() ?? 0) + 1
        let order = ListStanding.Kind.allCases.filter(kinds.contains)
        let base = base(after: complete, now)
        let contents: ListContents
        do throws(StoreFailure) {
            contents = try await store.contents(of: order.map { selection($0, of: scope, complete, base, now) })
        } catch {
            throw .store(error)
        }
        var publications: [ListPublication] = []
        for (kind, entries) in zip(order, contents.entries) {
            let standing = ListStanding(
                issuerKey: issuerKey, scope: scope, kind: kind, number: number, changeCounter: contents.changeCounter,
                thisUpdate: now, nextUpdate: now + schedule.pace(of: kind).life.wholeSeconds, count: entries.count,
                base: base ?? ListBase(number: number, changeCounter: contents.changeCounter, thisUpdate: now))
            let last = kind == .complete ? complete : delta
            publications.append(
                ListPublication(list: try make(standing, listing: entries, after: last), replaces: last?.number))
        }
        return publications
    }

    /// What deltas build on from now: the base stays until it has ended, and is then the last complete list, so that
    /// whoever holds a complete list that has not ended can mostly go on with deltas alone.
    private func base(after complete: ListStanding?, _ now: Date) -> ListBase? {
        guard let complete else { return nil }
        let hasEnded = now >= complete.base.thisUpdate + schedule.complete.life.wholeSeconds
        return hasEnded ? complete.asBase : complete.base
    }

    private func selection(
        _ kind: ListStanding.Kind, of scope: ListScope, _ last: ListStanding?, _ base: ListBase?, _ now: Date
    ) -> ListSelection {
        let content: ListSelection.Content
        if kind == .delta {
            content = .delta(after: base?.changeCounter ?? 0)
        } else {
            // RFC 5280 §3.3: "until it appears on one regularly scheduled CRL issued beyond the revoked certificate's
            // validity period", and as long as that one holds.
            let kept = min(last?.thisUpdate ?? .distantPast, now - schedule.complete.life.wholeSeconds)
            content = .complete(keptFrom: kept, listedUpTo: last?.changeCounter ?? 0)
        }
        return ListSelection(issuerKey: issuerKey, scope: scope, content: content)
    }

    private func make(
        _ standing: ListStanding, listing entries: consuming RevokedCertificates, after last: ListStanding?
    ) throws(ListPublicationFailure) -> PublishedList {
        var template = ListTemplate(
            of: issuer, thisUpdate: standing.thisUpdate, nextUpdate: standing.nextUpdate,
            number: ListNumber(standing.number),
            baseNumber: standing.kind == .delta ? ListNumber(standing.base.number) : nil)
        let addresses = authority.configuration.publishedAt
        if standing.scope != .whole {
            template.addresses = addresses.map { $0.list(of: issuerKey, standing.scope, .complete) }
        }
        template.deltaAddresses = addresses.prefix(1).map { $0.list(of: issuerKey, standing.scope, .delta) }
        let list = try issuer.signList(template, listing: entries)
        try lint.check(list, against: standing, after: last)
        return PublishedList(standing: standing, der: list.der)
    }

    private func publish(
        _ publications: [ListPublication], _ now: Date
    ) async throws(ListPublicationFailure) -> [ListStanding] {
        let made = publications.map(\.list.standing)
        guard let number = made.map(\.number).max() else { return [] }
        let event = AuditEvent(
            .listsPublished, at: now, actor: "authority", subject: authority.configuration.trustDomain.description,
            details: [
                "complete": "\(made.count { $0.kind == .complete })", "delta": "\(made.count { $0.kind == .delta })",
                "number": "\(number)", "changes": "\(made.map(\.changeCounter).max() ?? 0)",
            ])
        do throws(StoreFailure) {
            return try await store.publish(publications, audit: authority.sealed(event)) ? made : []
        } catch {
            throw .store(error)
        }
    }
}

extension ListTemplate {
    init(
        of issuer: SigningIssuer, thisUpdate: Date, nextUpdate: Date, number: ListNumber, baseNumber: ListNumber? = nil
    ) {
        self.init(
            signatureAlgorithm: issuer.issuer.signatureAlgorithm, issuer: issuer.issuer.name,
            authorityKeyIdentifier: issuer.issuer.keyIdentifier, thisUpdate: thisUpdate, nextUpdate: nextUpdate,
            number: number, baseNumber: baseNumber)
    }
}

extension SigningIssuer {
    /// An issuer's key's other use. RFC 5280 §5.1.1.3.
    func signList(
        _ template: ListTemplate, listing entries: consuming RevokedCertificates
    ) throws(ListPublicationFailure) -> CertificateList {
        let tbs = template.derBytes(listing: entries)
        let signature: [UInt8]
        do throws(KeyFailure) {
            signature = try signer.sign(tbs)
        } catch {
            throw .signing(error)
        }
        do throws(ListFailure) {
            return try CertificateList.assemble(
                tbs: tbs, algorithm: template.signatureAlgorithm, signature: signature)
        } catch {
            throw .list(error)
        }
    }
}
