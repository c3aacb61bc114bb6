internal import Foundation
internal import SymbolonCertificates
internal import SymbolonKeys

/// What filters say of one certificate: the newest complete one of its issuer, brought up to date by the newest that builds
/// on it.
struct FilterCheck {
    let certificate: Certificate
    let path: IssuerPath
    /// Whole seconds.
    let now: Date

    /// `.unknown(.noSource)` when the filters are for other issuers.
    func status(by filters: [RevocationFilter]) -> RevocationStatus {
        guard let issuer = path.authorities.first, let key = issuer.publicKey else { return .unknown(.noSource) }
        let mine = filters.filter { $0.issuerKey == key.fingerprint }
        guard !mine.isEmpty else { return .unknown(.noSource) }
        guard issuer.extensions.keyUsage?.contains(.crlSign) ?? true else {
            return .unknown(.filterNotProved(.signerMayNotSignLists))
        }
        let proved = mine.filter { $0.isSigned(by: key) }
        guard let first = proved.first else { return .unknown(.filterNotProved(.signatureInvalid)) }
        let current = proved.filter { $0.thisUpdate <= now }
        guard !current.isEmpty else { return .unknown(.notYetCurrent(from: first.thisUpdate)) }
        guard let base = current.filter({ $0.baseNumber == nil }).max(by: { $0.number < $1.number }) else {
            return .unknown(.filterWithoutBase)
        }
        let update = current.filter { $0.baseNumber == base.number }.max { $0.number < $1.number }
        return status(by: base, update)
    }

    private func status(by base: RevocationFilter, _ update: RevocationFilter?) -> RevocationStatus {
        let newest = update ?? base
        // R16: what began after the filter, and what had ended before it, is not in it, and its bits mean nothing then.
        guard certificate.notBefore <= newest.covers else { return .unknown(.issuedAfterFilter(covers: newest.covers)) }
        guard certificate.notAfter >= newest.thisUpdate else {
            return .unknown(.endedBeforeFilter(thisUpdate: newest.thisUpdate))
        }
        let number = certificate.serialNumber.contents[...]
        let isRevoked =
            certificate.notBefore > base.covers
            ? newest.parsed.segment.isRevoked(number) : newest.marks(number, updating: base)
        // A filter has no room for reasons and times: not later than this, for whatever reason.
        if isRevoked { return .revoked(.unspecified, since: newest.thisUpdate) }
        let nextUpdate = max(base.nextUpdate, newest.nextUpdate)
        guard now <= nextUpdate else { return .unknown(.stale(since: nextUpdate)) }
        return .good(thisUpdate: newest.thisUpdate, nextUpdate: nextUpdate)
    }
}
