internal import Foundation
internal import SymbolonCertificates
internal import SymbolonKeys

/// What a set of lists says of one certificate. RFC 5280 §6.3.3.
struct ListCheck {
    let certificate: Certificate
    /// What it names; lists of its issuer speak for it beside them (RFC 5280 §6.3.3, last paragraph).
    let points: [DistributionPoint]
    let signers: ListSigners

    /// A complete list that is proved and speaks for the certificate.
    private struct Usable {
        let held: CertificateList
        /// It is of the certificate's own issuer.
        let isOwn: Bool
        let key: PublicKey
        /// The reasons for which it speaks: interim_reasons_mask.
        let reasons: ReasonFlags
    }

    /// - Parameter isUnrevoked: whether a signer that is no authority of the path is itself unrevoked.
    func status(
        by lists: [CertificateList], _ isUnrevoked: (Certificate, IssuerPath) -> Bool
    ) -> RevocationStatus {
        var silence = Silence.noSource
        var usable: [Usable] = []
        for held in lists where !held.isDelta {
            do throws(SilenceOfList) {
                if let one = try self.usable(held, isUnrevoked) { usable.append(one) }
            } catch {
                silence = error.silence
            }
        }
        usable = newest(of: usable)
        guard !usable.isEmpty else {
            guard case .noSource = silence else { return .unknown(silence) }
            let isDeltaAlone = lists.contains { $0.isDelta && $0.parsed.issuer == certificate.issuer }
            return .unknown(isDeltaAlone ? .deltaWithoutBase : silence)
        }
        return combine(usable, with: lists)
    }

    // MARK: - Which lists

    private struct SilenceOfList: Error {
        let silence: Silence
    }

    /// Nil when the list has nothing to do with the certificate.
    private func usable(
        _ held: CertificateList, _ isUnrevoked: (Certificate, IssuerPath) -> Bool
    ) throws(SilenceOfList) -> Usable? {
        let parsed = held.parsed
        let isOwn = parsed.issuer == certificate.issuer
        guard isOwn || parsed.isIndirect else { return nil }
        var isReached = isOwn
        var reasons: ReasonFlags?
        if isOwn, isInScope(of: parsed, [.directory(certificate.issuer)]) {
            reasons = parsed.scope?.onlySomeReasons ?? .all
        }
        for point in points where isIssuer(of: parsed, isOwn, right: point) {
            isReached = true
            guard isInScope(of: parsed, point.names ?? point.listIssuers ?? []) else { continue }
            let some = (point.reasons ?? .all).intersection(parsed.scope?.onlySomeReasons ?? .all)
            reasons = some.union(reasons ?? [])
        }
        guard isReached else { return nil }
        if let defect = parsed.defect { throw SilenceOfList(silence: .listUnusable(defect)) }
        guard let reasons else { throw SilenceOfList(silence: .listOutOfScope) }
        let thisUpdate = parsed.thisUpdate.date
        guard thisUpdate <= signers.now else { throw SilenceOfList(silence: .notYetCurrent(from: thisUpdate)) }
        do throws(ListProofFailure) {
            return Usable(held: held, isOwn: isOwn, key: try signers.prove(held, isUnrevoked), reasons: reasons)
        } catch {
            throw SilenceOfList(silence: .listNotProved(error))
        }
    }

    /// §6.3.3(b)(1): the certificate's issuer, or whom the point names in its stead, and then the list is indirect.
    private func isIssuer(of list: ParsedList, _ isOwn: Bool, right point: DistributionPoint) -> Bool {
        guard let issuers = point.listIssuers else { return isOwn }
        return list.isIndirect && issuers.directoryNames.contains(list.issuer)
    }

    /// §6.3.3(b)(2): the names have one in common, and the list is for certificates of this kind.
    private func isInScope(of list: ParsedList, _ called: @autoclosure () -> [GeneralName]) -> Bool {
        guard let scope = list.scope else { return true }
        if let name = scope.name {
            guard let names = name.names(under: list.issuer) else { return false }
            guard called().contains(where: names.contains) else { return false }
        }
        let isAuthority = certificate.extensions.basicConstraints?.isAuthority ?? false
        if scope.onlyContainsUserCerts, isAuthority { return false }
        if scope.onlyContainsCACerts, !isAuthority { return false }
        return !scope.onlyContainsAttributeCerts
    }

    /// RFC 5280 §5.2.3: of the lists of one issuer, key and scope only the one of the highest number counts.
    private func newest(of lists: [Usable]) -> [Usable] {
        guard lists.count > 1 else { return lists }
        return lists.filter { one in
            !lists.contains { other in
                other.key == one.key && other.held.parsed.issuer == one.held.parsed.issuer
                    && other.held.parsed.scope == one.held.parsed.scope
                    && isNewer(other.held.parsed, than: one.held.parsed)
            }
        }
    }

    private func isNewer(_ one: ParsedList, than other: ParsedList) -> Bool {
        guard let number = one.number, let otherNumber = other.number else { return false }
        return number == otherNumber
            ? one.thisUpdate.seconds > other.thisUpdate.seconds : number > otherNumber
    }

    // MARK: - What they say

    /// §6.3.3(h) to (k): a complete list, brought up to date by the newest delta that builds on it.
    private func status(by usable: Usable, with lists: [CertificateList]) -> RevocationStatus {
        let base = usable.held.parsed
        let delta = delta(for: usable, among: lists)
        let nextUpdate = max(base.nextUpdate?.date ?? .distantPast, delta?.nextUpdate?.date ?? .distantPast)
        let isStale = signers.now > nextUpdate
        let issuer = usable.isOwn ? nil : certificate.issuer
        let entry =
            delta?.entries.entry(of: certificate.serialNumber, from: issuer)
            ?? base.entries.entry(of: certificate.serialNumber, from: issuer)
        if let entry, case .revoked(let reason) = entry.meaning, !(isStale && reason == .certificateHold) {
            // RFC 5280 §3.3: but for a hold, time does not take a revocation back, so a stale list tells of it still.
            return .revoked(reason, since: entry.time.date)
        }
        if isStale { return .unknown(.stale(since: nextUpdate)) }
        return .good(thisUpdate: (delta ?? base).thisUpdate.date, nextUpdate: nextUpdate)
    }

    /// §5.2.4, §6.3.3(c): same issuer, scope and key; made for this list or an older one, and newer than it.
    private func delta(for usable: Usable, among lists: [CertificateList]) -> ParsedList? {
        let base = usable.held.parsed
        guard let number = base.number else { return nil }
        var newest: ParsedList?
        for held in lists where held.isDelta {
            let delta = held.parsed
            guard let builtOn = delta.baseNumber, let deltaNumber = delta.number, delta.defect == nil,
                builtOn <= number, number < deltaNumber, delta.issuer == base.issuer, delta.scope == base.scope,
                delta.authorityKeyIdentifier == base.authorityKeyIdentifier, delta.thisUpdate.date <= signers.now,
                held.isSigned(by: usable.key), newest.map({ isNewer(delta, than: $0) }) ?? true
            else { continue }
            newest = delta
        }
        return newest
    }

    /// §6.3.3(l): revoked by any; good once every reason was looked for.
    private func combine(_ usable: [Usable], with lists: [CertificateList]) -> RevocationStatus {
        var covered: ReasonFlags = []
        var (thisUpdate, nextUpdate) = (Date.distantFuture, Date.distantFuture)
        var silence: Silence?
        for one in usable {
            let status = status(by: one, with: lists)
            switch status {
            case .revoked: return status
            case .unknown(let why): silence = why
            case .good(let from, let until):
                covered.formUnion(one.reasons)
                thisUpdate = min(thisUpdate, from)
                nextUpdate = min(nextUpdate, until ?? .distantFuture)
            }
        }
        if covered.isSuperset(of: .all) { return .good(thisUpdate: thisUpdate, nextUpdate: nextUpdate) }
        return .unknown(silence ?? .reasonsNotCovered(.all.subtracting(covered)))
    }
}

extension CertificateList {
    /// False: no distribution point leads from the certificate to this list. RFC 5280 §6.3.3(b)(1).
    func mayConcern(_ certificate: Certificate) -> Bool {
        parsed.issuer == certificate.issuer || parsed.isIndirect
    }
}

extension ParsedList {
    fileprivate var isIndirect: Bool { scope?.isIndirect ?? false }
}
