public import SymbolonAccessPolicy
public import SymbolonNames
public import SymbolonRevocation
public import SymbolonVerification

/// All that an end believes and proves itself with, at one moment. Replaced as a whole, never changed.
public struct TrustState: Sendable {
    /// Who may pass, once proved.
    public enum Admission: Sendable {
        /// At a protected service: the clients that this policy allows. One without rules allows nobody.
        case clients(CompiledPolicy)
        /// At a door: the service that proves every one of these names, of which there is at least one; and that the policy
        /// allows, where there is one.
        case service([ReferenceName], CompiledPolicy? = nil)
    }

    public let identity: EndIdentity
    public let anchors: [TrustAnchor]
    public let revocation: RevocationSources
    public let revocationMode: RevocationMode
    public let admission: Admission
    /// What is reported of peers' machines.
    public let posture: PostureBoard
    /// Whose tokens are believed of persons for whom peers act, where requests are read. Empty: peers act for themselves, and
    /// what stands in `Authorization` is the service's own affair.
    public let issuers: [PersonIssuer]
    /// By which a backend behind TLS is judged.
    public let backend: BackendTrust

    /// - Throws: `EndFailure.noTrustAnchor` or `.noExpectedName`: trust that would let anybody in, or nobody, is refused
    ///   here, so that a replacement keeps what was there.
    public init(
        identity: EndIdentity, anchors: [TrustAnchor], admission: Admission,
        revocation: RevocationSources = RevocationSources(),
        revocationMode: RevocationMode = .required, posture: PostureBoard = PostureBoard(),
        issuers: [PersonIssuer] = [], backend: BackendTrust? = nil
    ) throws(EndFailure) {
        guard !anchors.isEmpty, backend?.anchors.isEmpty != true else { throw .noTrustAnchor }
        if case .service(let names, _) = admission, names.isEmpty { throw .noExpectedName }
        self.identity = identity
        self.anchors = anchors
        self.admission = admission
        self.posture = posture
        self.issuers = issuers
        self.revocation = revocation
        self.revocationMode = revocationMode
        self.backend = backend ?? BackendTrust(anchors: anchors, revocationMode: revocationMode)
    }

    /// What the verifier is asked for: a service's peer is a client, a door's peer is a server (ExtendedKeyUsage,
    /// RFC 5280 §4.2.1.12).
    var expectation: Expectation {
        switch admission {
        case .clients: Expectation(.client, revocation: revocationMode)
        case .service(let names, _): Expectation(.server, names: names, revocation: revocationMode)
        }
    }

    /// By which peers are judged once they are proved. Nil: being the one that was asked for is enough.
    var policy: CompiledPolicy? {
        switch admission {
        case .clients(let policy): policy
        case .service(_, let policy): policy
        }
    }
}

/// Whom a service behind TLS is believed by, where it is not the authority of its peers.
public struct BackendTrust: Sendable {
    public let anchors: [TrustAnchor]
    public let revocationMode: RevocationMode

    public init(anchors: [TrustAnchor], revocationMode: RevocationMode = .required) {
        self.anchors = anchors
        self.revocationMode = revocationMode
    }
}
