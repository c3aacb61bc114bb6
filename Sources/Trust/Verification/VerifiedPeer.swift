public import Foundation
public import SymbolonCertificates
public import SymbolonNames
public import SymbolonRevocation

/// A peer whose path, purpose, names and revocation were all checked. Only `Verifier` makes one.
public struct VerifiedPeer: Sendable {
    /// The one SPIFFE ID if the leaf has one, else its first subject alternative name.
    public let identity: SubjectName
    /// Every subject alternative name of the leaf that is of a kind we know, in the leaf's order.
    public let names: [SubjectName]
    public let path: VerifiedPath
    /// Of the leaf, when it was verified.
    public let revocation: RevocationStatus
    /// The earliest `notAfter` of the path, the anchor's included: believed through this second and no longer.
    public let validUntil: Date

    let revocationMode: RevocationMode

    init(
        identity: SubjectName, names: [SubjectName], path: VerifiedPath, revocation: RevocationStatus,
        under revocationMode: RevocationMode, validUntil: Date
    ) {
        self.identity = identity
        self.names = names
        self.path = path
        self.revocation = revocation
        self.revocationMode = revocationMode
        self.validUntil = validUntil
    }
}

/// The path that was proved: every certificate signed by the next, the last one by the anchor.
public struct VerifiedPath: Sendable {
    let signed: SignedPath

    init(_ signed: SignedPath) {
        self.signed = signed
    }

    /// From the leaf to the last intermediate; never the anchor, unless the leaf itself is the anchor.
    public var certificates: [Certificate] { signed.certificates.map(\.certificate) }
    public var leaf: Certificate { signed.certificates[0].certificate }
    public var anchor: TrustAnchor { signed.anchor }
}
