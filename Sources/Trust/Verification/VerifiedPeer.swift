public import Foundation
public import SymbolonCertificates
public import SymbolonNames
public import SymbolonRevocation

/// A peer whose path, purpose, names and revocation were all checked. Only `Verifier` makes one.
public struct VerifiedPeer: Sendable {
    public let identity: PeerIdentity
    /// Every subject alternative name of the leaf that is of a kind we know, in the leaf's order; of a federated anchor's leaf
    /// the SPIFFE ID alone.
    public let names: [SubjectName]
    public let path: VerifiedPath
    /// Of the leaf, when it was verified.
    public let revocation: RevocationStatus
    /// The earliest `notAfter` of the path, the anchor's included: believed through this second and no longer.
    public let validUntil: Date

    let revocationMode: RevocationMode
    let evidence: RevocationEvidence

    init(
        identity: PeerIdentity, names: [SubjectName], path: VerifiedPath, revocation: RevocationStatus,
        under revocationMode: RevocationMode, evidence: RevocationEvidence, validUntil: Date
    ) {
        self.identity = identity
        self.names = names
        self.path = path
        self.revocation = revocation
        self.revocationMode = revocationMode
        self.evidence = evidence
        self.validUntil = validUntil
    }
}

/// The one name that a peer goes by in decisions and in records.
public enum PeerIdentity: Hashable, Sendable, CustomStringConvertible {
    /// The one SPIFFE ID if the leaf has one, else its first subject alternative name.
    case name(SubjectName)
    /// The leaf has no alternative name, and the profile needs none.
    case subject(DistinguishedName)

    public var description: String {
        switch self {
        case .name(let name): name.description
        case .subject(let subject): "subject:\(subject.shown)"
        }
    }
}

/// The path that was proved: every certificate signed by the next, the last one by the anchor.
public struct VerifiedPath: Sendable {
    let signed: SignedPath

    /// The policies that the whole path is valid for and that were accepted (RFC 9618 §5.5, the user-constrained set), in the
    /// words of its first authorities; anyPolicy alone: every policy.
    public let policies: Set<ObjectIdentifier>

    init(_ signed: SignedPath, policies: Set<ObjectIdentifier>) {
        self.signed = signed
        self.policies = policies
    }

    /// From the leaf to the last intermediate; never the anchor, unless the leaf itself is the anchor.
    public var certificates: [Certificate] { signed.certificates.map(\.certificate) }
    public var leaf: Certificate { signed.certificates[0].certificate }
    public var anchor: TrustAnchor { signed.anchor }
}
