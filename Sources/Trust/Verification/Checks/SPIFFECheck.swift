import SymbolonCertificates
import SymbolonNames

/// SPIFFE X.509-SVID: which certificates may carry a SPIFFE ID, and under which anchor it is believed.
enum SPIFFECheck {
    /// X.509-SVID §2, §4.3, §5: one URI and no other; an ID with a path; a key for signatures only; and the anchor speaks for
    /// the ID's trust domain.
    static func checkLeaf(
        _ leaf: PathCertificate, named names: [SubjectName], under anchor: TrustAnchor
    ) throws(VerificationFailure) {
        guard let identity = names.lazy.compactMap(\.spiffeID).first else { return }
        let uris = names.count(where: \.isURI)
        guard uris == 1 else { throw .severalURIsBesideSPIFFEID(count: uris) }
        guard !identity.path.isEmpty else { throw .spiffeIDWithoutPath(identity) }
        let usage = leaf.extensions.keyUsage
        guard let usage, usage.contains(.digitalSignature), !usage.contains(.crlSign) else {
            throw .keyUsageUnfitForSPIFFE(usage)
        }
        try checkDomain(of: identity, under: anchor)
    }

    /// The names that the anchor vouches for: all, and only the SPIFFE ID where the anchor is another domain's. Without
    /// any, such a leaf has no name here.
    static func believed(
        _ names: [SubjectName], under anchor: TrustAnchor
    ) throws(VerificationFailure) -> [SubjectName] {
        guard anchor.isFederated else { return names }
        let believed = names.filter(\.isSPIFFE)
        guard !believed.isEmpty else { throw .subjectAlternativeNameMissing }
        return believed
    }

    /// X.509-SVID §2: a signing certificate's ID, when it has one, is the trust domain's own, without a path.
    static func checkAuthority(_ authority: PathCertificate, under anchor: TrustAnchor) throws(VerificationFailure) {
        guard let identity = authority.knownNames.lazy.compactMap(\.spiffeID).first else { return }
        guard identity.path.isEmpty else { throw .authoritySPIFFEIDWithPath(identity) }
        try checkDomain(of: identity, under: anchor)
    }

    private static func checkDomain(of identity: SPIFFEID, under anchor: TrustAnchor) throws(VerificationFailure) {
        guard identity.trustDomain == anchor.trustDomain else {
            throw .spiffeIDOutsideTrustDomain(identity, believed: anchor.trustDomain)
        }
    }
}

extension SubjectName {
    fileprivate var spiffeID: SPIFFEID? {
        if case .spiffe(let identity) = self { identity } else { nil }
    }

    fileprivate var isURI: Bool {
        switch self {
        case .spiffe, .uri: true
        case .dns, .ip, .mail: false
        }
    }
}
