import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation

/// Makes an issuing authority's revocation filters, asks each about every certificate, and publishes it. docs/RevocationFilter.md.
///
/// Several nodes may each have one: what two make at the same time is published once.
public actor FilterPublisher {
    private nonisolated let authority: IssuingAuthority
    private nonisolated let issuer: SigningIssuer
    private nonisolated let store: any RevocationFilterStore
    private nonisolated let schedule: FilterSchedule

    /// Between the moment at which an issuance looks at its clock and the one at which its intent is in the store, on any
    /// node, with what their clocks differ by. 300 s: a store waits 5 s for a lock, and clocks differ by seconds.
    static let settling: Duration = .seconds(300)

    /// - Parameter issuer: whose filters; those of the one that is active now, unless told.
    public init(
        _ authority: IssuingAuthority, of issuer: SigningIssuer? = nil, store: any RevocationFilterStore,
        schedule: FilterSchedule = FilterSchedule()
    ) {
        self.authority = authority
        self.issuer = issuer ?? authority.signingIssuer
        self.store = store
        self.schedule = schedule
    }

    private var issuerKey: KeyFingerprint { issuer.key }

    /// Makes and publishes the filter that is due: an update when something changed, at once, and each before it lapses.
    ///
    /// - Parameter changeCounter: the store's, as it is now.
    /// - Returns: what this call published; nil when all is as it should be, or another node was faster.
    public func publishWhatIsDue(changedAt changeCounter: UInt64) async throws(FilterPublicationFailure)
        -> FilterStanding?
    {
        let now = authority.now.cutToSecond
        let standings = try await standings()
        if let last = standings.map(\.thisUpdate).max(), now < last { throw .clockBeforeLast(now: now, last: last) }
        let complete = standings.first { $0.kind == .complete }
        let update = standings.first { $0.kind == .update }
        // Seconds since 1970, so that the numbers go on even where the store has forgotten the last ones.
        let number = max(Int64(now.timeIntervalSince1970), standings.map(\.number).max() ?? 0) + 1
        switch schedule.due(complete, update, changedAt: changeCounter, now) {
        case nil: return nil
        case .complete: return try await publishComplete(number, after: complete, now)
        case .update: return try await publishUpdate(number, after: update, now)
        }
    }

    /// Both filters, as far as they were ever published.
    public func standings() async throws(FilterPublicationFailure) -> [FilterStanding] {
        do throws(StoreFailure) {
            return try await store.filterStandings(of: issuerKey)
        } catch {
            throw .store(error)
        }
    }

    // MARK: Making

    private func publishComplete(
        _ number: Int64, after last: FilterStanding?, _ now: Date
    ) async throws(FilterPublicationFailure) -> FilterStanding? {
        let template = template(.complete, number, now)
        let (counter, spans) = try await issued([
            FilterSpan(begunAfter: nil, begunBy: template.covers, notEndedBefore: now)
        ])
        let filter = try sign(template.derBytes(of: spans[0], seeds: { .random(16) }))
        guard filter.isExact(for: spans[0]) else { throw .notExact(.complete) }
        return try await publish(
            filter, .complete, base: number, number, counter, count: spans[0].count, after: last, now)
    }

    private func publishUpdate(
        _ number: Int64, after last: FilterStanding?, _ now: Date
    ) async throws(FilterPublicationFailure) -> FilterStanding? {
        guard let base = try await base() else { return nil }
        let template = template(.update, number, now)
        let (counter, spans) = try await issued([
            FilterSpan(begunAfter: nil, begunBy: base.filter.covers, notEndedBefore: now),
            FilterSpan(begunAfter: base.filter.covers, begunBy: template.covers, notEndedBefore: now),
        ])
        let (covered, since) = (spans[0], spans[1])
        let filter = try sign(
            template.derBytes(updating: base.filter, covered: covered, since: since, seeds: { .random(16) }))
        guard filter.isExact(for: since), filter.isExact(for: covered, updating: base.filter) else {
            throw .notExact(.update)
        }
        return try await publish(
            filter, .update, base: base.number, number, counter, count: covered.count + since.count, after: last, now)
    }

    private func base() async throws(FilterPublicationFailure) -> (number: Int64, filter: RevocationFilter)? {
        let published: PublishedFilter?
        do throws(StoreFailure) {
            published = try await store.filter(of: issuerKey, .complete)
        } catch {
            throw .store(error)
        }
        guard let published else { return nil }
        do throws(FilterFailure) {
            return (published.standing.number, try RevocationFilter(der: published.der))
        } catch {
            throw .baseLost(error)
        }
    }

    private func template(_ kind: FilterStanding.Kind, _ number: Int64, _ now: Date) -> FilterTemplate {
        FilterTemplate(
            signatureAlgorithm: issuer.issuer.signatureAlgorithm, issuerKey: issuerKey, number: ListNumber(number),
            thisUpdate: now, nextUpdate: now + schedule.pace(of: kind).life.wholeSeconds,
            covers: now - (IssuingAuthority.backdating + Self.settling).wholeSeconds)
    }

    private func issued(
        _ spans: [FilterSpan]
    ) async throws(FilterPublicationFailure) -> (UInt64, [IssuedCertificates]) {
        do throws(StoreFailure) {
            return try await store.issued(by: issuerKey, in: spans)
        } catch {
            throw .store(error)
        }
    }

    /// The issuing key's other use, as with lists.
    private func sign(_ tbs: [UInt8]) throws(FilterPublicationFailure) -> RevocationFilter {
        let signature: [UInt8]
        do throws(KeyFailure) {
            signature = try issuer.signer.sign(tbs)
        } catch {
            throw .signing(error)
        }
        do throws(FilterFailure) {
            return try RevocationFilter.assemble(
                tbs: tbs, algorithm: issuer.issuer.signatureAlgorithm, signature: signature)
        } catch {
            throw .filter(error)
        }
    }

    // MARK: Publishing

    private func publish(
        _ filter: RevocationFilter, _ kind: FilterStanding.Kind, base: Int64, _ number: Int64, _ counter: UInt64,
        count: Int, after last: FilterStanding?, _ now: Date
    ) async throws(FilterPublicationFailure) -> FilterStanding? {
        guard filter.isSigned(by: issuer.issuer.publicKey) else { throw .notExact(kind) }
        let standing = FilterStanding(
            issuerKey: issuerKey, kind: kind, number: number, baseNumber: base, changeCounter: counter, thisUpdate: now,
            nextUpdate: filter.nextUpdate, covers: filter.covers, count: count, size: filter.der.count)
        let event = AuditEvent(
            .filterPublished, at: now, actor: "authority", subject: authority.configuration.trustDomain.description,
            details: [
                "kind": kind.rawValue, "number": "\(number)", "base": "\(base)", "certificates": "\(count)",
                "octets": "\(standing.size)", "covers": CertificateTime(standing.covers).description,
                "nextUpdate": CertificateTime(standing.nextUpdate).description,
            ])
        do throws(StoreFailure) {
            let isPublished = try await store.publish(
                PublishedFilter(standing: standing, der: filter.der), replacing: last?.number,
                audit: authority.sealed(event))
            return isPublished ? standing : nil
        } catch {
            throw .store(error)
        }
    }
}
