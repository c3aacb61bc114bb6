public import Foundation
public import SymbolonCertificates
public import SymbolonKeys

/// What is about to be signed. It is durable before the key is used, so whatever was ever signed can be found by its
/// serial number and revoked.
public struct IssuanceIntent: Equatable, Sendable {
    public let serialNumber: SerialNumber
    public let issuerKey: KeyFingerprint
    /// The profile's name.
    public let profile: String
    /// The name that policy knows the subject by: its SPIFFE ID, or its mailbox under the mail profile.
    public let identity: String
    /// Every subject alternative name, spelled as `SubjectName` spells it; `identity` is the first.
    public let names: [String]
    public let publicKey: KeyFingerprint
    public let notBefore: Date
    public let notAfter: Date
    /// The exact bytes that were linted and will be signed: a DER TBSCertificate.
    public let tbs: [UInt8]
    public let actor: String
    public let at: Date
    /// The certificate whose holder proved it, and will use this one in its place.
    public let replaces: SerialNumber?

    public init(
        serialNumber: SerialNumber, issuerKey: KeyFingerprint, profile: String, identity: String, names: [String],
        publicKey: KeyFingerprint, notBefore: Date, notAfter: Date, tbs: [UInt8], actor: String, at: Date,
        replaces: SerialNumber? = nil
    ) {
        self.serialNumber = serialNumber
        self.issuerKey = issuerKey
        self.profile = profile
        self.identity = identity
        self.names = names
        self.publicKey = publicKey
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.tbs = tbs
        self.actor = actor
        self.at = at
        self.replaces = replaces
    }
}
