public import SymbolonKeys

/// A credential that a person has registered at a site (WebAuthn Level 3 §4, "credential record").
public struct Passkey: Equatable, Sendable {
    /// By which it is found: 16 to 1023 octets.
    public let id: [UInt8]
    /// Whose it is: the account's user handle, 1 to 64 octets that say nothing of the person (§14.6.1).
    public let user: [UInt8]
    public let key: COSEKey
    /// What the authenticator counted at the last ceremony; 0 in all of them: it does not count.
    public let counter: UInt32
    public let backup: BackupState
    /// The authenticator has verified its user at least once with this passkey.
    public let hasVerifiedUser: Bool
    public let model: AuthenticatorModel
    public let attestation: AttestationKind

    /// One that was registered before, as it was kept.
    public init(
        id: [UInt8], user: [UInt8], key: COSEKey, counter: UInt32, backup: BackupState, hasVerifiedUser: Bool,
        model: AuthenticatorModel, attestation: AttestationKind
    ) {
        self.id = id
        self.user = user
        self.key = key
        self.counter = counter
        self.backup = backup
        self.hasVerifiedUser = hasVerifiedUser
        self.model = model
        self.attestation = attestation
    }

    /// The same after a ceremony.
    func after(counter: UInt32, backup: BackupState, userVerified: Bool) -> Passkey {
        Passkey(
            id: id, user: user, key: key, counter: counter, backup: backup,
            hasVerifiedUser: hasVerifiedUser || userVerified, model: model, attestation: attestation)
    }
}

/// How far a passkey's word on its model, and on how it verifies its user, is believed.
public enum AttestationKind: Equatable, Sendable, Codable {
    /// Nobody says anything.
    case none
    /// The passkey itself says so.
    case selfSigned
    /// Its maker's key says so, for which nobody that is believed here vouches.
    case unvouched
    /// Its maker's key says so, for which this trust anchor vouches.
    case vouched(anchor: String)

    public var explanation: String {
        switch self {
        case .none: "none"
        case .selfSigned: "only its own word"
        case .unvouched: "that of a maker whom nobody vouches for"
        case .vouched(let anchor): "that of a maker whom \(anchor) vouches for"
        }
    }
}
