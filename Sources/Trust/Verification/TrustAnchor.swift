public import SymbolonCertificates
public import SymbolonKeys
public import SymbolonNames

/// A key that the operator decided to believe, with the name and the limits that its certificate states.
///
/// A path ends at an anchor only when its last issuer name is the anchor's subject *and* the anchor's key verifies its
/// last signature. An anchor that is an end entity vouches for nobody but itself, byte for byte.
public struct TrustAnchor: Hashable, Sendable {
    /// The only domain whose SPIFFE IDs are believed under this anchor; nil: none are.
    public let trustDomain: TrustDomain?
    /// Another trust domain's authority: it vouches for that domain's SPIFFE IDs, and for no other name.
    public let isFederated: Bool
    let parsed: PathCertificate
    /// Its own key made its signature, whatever issuer it names; by its name where the signature is of a kind that is not
    /// checked here. Only looked at where its key identifiers leave it open.
    let isSelfSigned: Bool

    /// - Parameters:
    ///   - certificate: the anchor's certificate. Its own signature is not looked at: the operator vouches for it.
    ///   - trustDomain: the domain that this authority speaks for (SPIFFE X.509-SVID §5: the keys are chosen by the
    ///     domain). Without one, a certificate under this anchor that carries a SPIFFE ID is refused.
    public init(_ certificate: Certificate, for trustDomain: TrustDomain? = nil) {
        self.init(certificate, for: trustDomain, isFederated: false)
    }

    /// SPIFFE Federation §4: the authority of another trust domain, believed for SPIFFE IDs of that domain. Whatever else
    /// its certificates name, in DNS or as addresses or mailboxes, is not believed: it could be ours.
    public init(federated certificate: Certificate, for trustDomain: TrustDomain) {
        self.init(certificate, for: trustDomain, isFederated: true)
    }

    private init(_ certificate: Certificate, for trustDomain: TrustDomain?, isFederated: Bool) {
        self.isFederated = isFederated
        self.parsed = PathCertificate(certificate)
        self.isSelfSigned = parsed.namesItsOwnKey || parsed.hasSignedItself
        self.trustDomain = trustDomain
    }

    public var certificate: Certificate { parsed.certificate }
    public var subject: DistinguishedName { certificate.subject }
    /// Nil when the key is of a kind that is not believed; such an anchor verifies nothing.
    public var publicKey: PublicKey? { parsed.publicKey }
    public var nameConstraints: NameConstraints? { certificate.extensions.nameConstraints }

    public static func == (one: TrustAnchor, other: TrustAnchor) -> Bool {
        one.trustDomain == other.trustDomain && one.isFederated == other.isFederated
            && (one.parsed === other.parsed || one.certificate.der == other.certificate.der)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(certificate.der)
        hasher.combine(trustDomain)
        hasher.combine(isFederated)
    }
}

extension PathCertificate {
    /// Both key identifiers are there and equal.
    fileprivate var namesItsOwnKey: Bool {
        guard let authority = extensions.authorityKeyIdentifier?.keyIdentifier else { return false }
        return authority == extensions.subjectKeyIdentifier
    }

    fileprivate var hasSignedItself: Bool {
        guard case .known = certificate.signatureAlgorithm, let publicKey else { return isSelfIssued }
        return certificate.isSigned(by: publicKey)
    }
}
