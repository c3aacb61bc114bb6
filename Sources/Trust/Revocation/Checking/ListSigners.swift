internal import Foundation
internal import SymbolonCertificates
internal import SymbolonKeys

/// Finds who may sign a list, and has signed it. RFC 5280 §6.3.3(f), (g).
///
/// Divergence: the RFC lets any path to the same anchor prove a signer. Here the signer is an authority of the
/// certificate's own path, or was issued directly by one: else any authority under the anchor could speak in another's name.
struct ListSigners {
    let path: IssuerPath
    /// Given by the operator beside the lists.
    let configured: [Certificate]
    /// Whole seconds.
    let now: Date

    /// Certificates of one name tried as signers, each at the cost of a signature. 8: an authority in the middle of
    /// changing keys has three.
    private static let mostTried = 8

    /// The key that made the list's signature.
    /// - Parameter isUnrevoked: whether a signer that is no authority of the path is itself unrevoked.
    func prove(
        _ held: CertificateList, _ isUnrevoked: (Certificate, IssuerPath) -> Bool
    ) throws(ListProofFailure) -> PublicKey {
        var failure = ListProofFailure.signerUnknown
        for authority in path.authorities where authority.subject == held.parsed.issuer {
            guard authority.extensions.keyUsage?.contains(.crlSign) ?? true else {
                failure = .signerMayNotSignLists
                continue
            }
            if let key = authority.publicKey, held.isSigned(by: key) { return key }
            if authority.isNamed(by: held.parsed.authorityKeyIdentifier) { failure = .signatureInvalid }
        }
        for delegate in delegates(named: held.parsed.issuer, hint: held.parsed.authorityKeyIdentifier) {
            guard delegate.extensions.keyUsage?.contains(.crlSign) ?? false else {
                failure = .signerMayNotSignLists
                continue
            }
            guard let key = delegate.publicKey, let above = authorities(vouchingFor: delegate), held.isSigned(by: key)
            else { continue }
            guard isUnrevoked(delegate, above) else {
                failure = .signerNotKnownGood
                continue
            }
            return key
        }
        throw failure
    }

    /// Certificates of this name outside the path, those with the key that the list names first.
    private func delegates(named name: DistinguishedName, hint: AuthorityKeyIdentifier?) -> [Certificate] {
        let named = (configured + path.others).filter { $0.subject == name && !path.authorities.contains($0) }
        guard let identifier = hint?.keyIdentifier else { return Array(named.prefix(Self.mostTried)) }
        let (fitting, others) = (
            named.filter { $0.extensions.subjectKeyIdentifier == identifier },
            named.filter { $0.extensions.subjectKeyIdentifier != identifier }
        )
        return Array((fitting + others).prefix(Self.mostTried))
    }

    /// The path above a delegate; nil when no authority of this path issued it, or it is not fit to be used now.
    private func authorities(vouchingFor delegate: Certificate) -> IssuerPath? {
        guard delegate.version == 3, delegate.notBefore <= now, now <= delegate.notAfter,
            delegate.extensions.hasNothingUnknown
        else { return nil }
        for (index, authority) in path.authorities.enumerated() where authority.subject == delegate.issuer {
            guard let key = authority.publicKey, delegate.isSigned(by: key) else { continue }
            return IssuerPath(authorities: Array(path.authorities[index...]), others: path.others)
        }
        return nil
    }
}

extension Certificate {
    /// RFC 5280 §4.2.1.1: nothing in the hint speaks against this certificate's key.
    fileprivate func isNamed(by hint: AuthorityKeyIdentifier?) -> Bool {
        guard let hinted = hint?.keyIdentifier, let own = extensions.subjectKeyIdentifier else { return true }
        return hinted == own
    }
}

extension CertificateExtensions {
    /// RFC 5280 §4.2: no critical extension that is not read here; distribution points are.
    var hasNothingUnknown: Bool {
        all.allSatisfy { one in
            one.identifier == .cRLDistributionPoints || !one.isCritical
                || !unknownCritical.contains(one.identifier.description)
        }
    }
}
