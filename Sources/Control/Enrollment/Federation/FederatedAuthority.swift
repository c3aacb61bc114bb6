public import Foundation
public import SymbolonCertificates
public import SymbolonNames
public import SymbolonVerification

/// Another authority that this one believes: for names of its own trust domain only, and until a date.
public struct FederatedAuthority: Equatable, Sendable {
    public let trustDomain: TrustDomain
    /// Its root.
    public let anchor: Certificate
    public let since: Date
    public let until: Date
    /// Who introduced it, for the audit record.
    public let actor: String

    /// Five years: what an issuing certificate lives at most.
    public static let longestLife: Duration = .seconds(5 * 365 * 86_400)

    public init(trustDomain: TrustDomain, anchor: Certificate, since: Date, until: Date, actor: String) {
        self.trustDomain = trustDomain
        self.anchor = anchor
        self.since = since
        self.until = until
        self.actor = actor
    }

    /// Checks what another authority says of itself: a root that may sign certificates, signed by itself, alive, that names
    /// its own trust domain (SPIFFE X.509-SVID §3.1, §5), which is not ours.
    public init(
        proposed anchor: Certificate, for trustDomain: TrustDomain, beside own: TrustDomain, now: Date, until: Date,
        actor: String
    ) throws(FederationFailure) {
        guard trustDomain != own else { throw .sameTrustDomain(own) }
        guard anchor.extensions.basicConstraints?.isAuthority == true,
            anchor.extensions.keyUsage?.contains(.keyCertSign) == true
        else { throw .noAuthority }
        guard anchor.isSelfIssued, let key = anchor.publicKey, anchor.isSigned(by: key) else { throw .noRoot }
        guard anchor.notBefore <= now, now < anchor.notAfter else { throw .ended(anchor.notAfter) }
        guard now < until else { throw .ended(until) }
        let names = (anchor.extensions.subjectAlternativeNames ?? []).compactMap { try? $0.subjectName() }
        guard names == [.spiffe(trustDomain.id)] else { throw .otherTrustDomain(trustDomain) }
        self.init(
            trustDomain: trustDomain, anchor: anchor, since: now, until: min(until, anchor.notAfter), actor: actor)
    }

    /// For verifiers.
    public var trustAnchor: TrustAnchor { TrustAnchor(federated: anchor, for: trustDomain) }

    public func isOver(at now: Date) -> Bool { now >= until }
}

/// Why two authorities are not introduced.
public enum FederationFailure: Error, Equatable, Sendable {
    case sameTrustDomain(TrustDomain)
    case noAuthority
    /// Another has signed it, who would be believed with it.
    case noRoot
    case ended(Date)
    case otherTrustDomain(TrustDomain)

    public var explanation: String {
        switch self {
        case .sameTrustDomain(let domain):
            "both authorities speak for \(domain); who believes both could not tell their names apart"
        case .noAuthority: "its certificate is not one that may sign certificates"
        case .noRoot: "its certificate is not a root: its own key has not signed it"
        case .ended(let date): "it would not be believed now, but until \(date.formatted(.iso8601))"
        case .otherTrustDomain(let domain): "its certificate does not name the trust domain \(domain), and that alone"
        }
    }
}
