public import SymbolonKeys
public import SymbolonVerification
public import SymbolonWire

/// Why a passkey is not registered, or not believed.
@nonexhaustive
public enum PasskeyFailure: Error, Equatable, Sendable {
    case clientData(JSONFailure)
    /// Client data without a member that it must have, or with another type of value there.
    case clientDataMember(String)
    /// It was made for the other ceremony, or for none that we know.
    case type(String, expected: String)
    case challenge
    case origin(String)
    /// The page was in a frame of another origin; its own name, where the client gives it.
    case crossOrigin(top: String?)
    case authenticatorData(AuthenticatorDataFlaw)
    case relyingParty
    case userNotPresent
    case userNotVerified
    /// "If the BE bit is not set, verify that the BS bit is not set", or eligibility is not what it was at registration.
    case backup
    case credentialID(octets: Int)
    case credentialKey(COSEKeyFailure)
    case algorithmNotOffered(COSEAlgorithm)
    case attestationObject(AttestationFlaw)
    case attestation(format: String, AttestationFlaw)
    /// The chain of an attestation leads to no anchor that is configured for it.
    case attestationUntrusted(Refusal)
    case attestationRequired(had: AttestationKind)
    case modelNotAllowed(AuthenticatorModel)
    /// The credential is another one than the record's.
    case otherCredential
    /// The authenticator named another account, or none where nobody had been named before.
    case user
    case signature
    case counter(stored: UInt32, presented: UInt32)
}

/// What is wrong with authenticator data (WebAuthn Level 3 §6.1).
@nonexhaustive
public enum AuthenticatorDataFlaw: Error, Equatable, Sendable {
    case truncated
    case afterEnd(octets: Int)
    /// A registration without a credential, or an assertion with one.
    case credential(present: Bool)
    case extensions(CBORFailure)
    case extensionsNoMap
    case key(CBORFailure)
}

/// What is wrong with an attestation object or statement (WebAuthn Level 3 §6.5.4, §8).
@nonexhaustive
public enum AttestationFlaw: Error, Equatable, Sendable {
    case cbor(CBORFailure)
    /// A member is missing, of another type, or not allowed here.
    case member(String)
    case unknownFormat(String)
    case algorithm(Int64)
    case certificate(at: Int)
    /// The attestation certificate is not as its format wants it.
    case certificateForm(String)
    case signature
    /// What the statement says of the key, the model, the client data or the relying party is not what was registered.
    case mismatch(String)
    case tpm(String)
}

extension PasskeyFailure {
    /// For a log, and for who operates the site; a person is told to try again or to take another way.
    public var explanation: String {
        switch self {
        case .clientData(let failure): "the client data is no JSON: \(failure.explanation)"
        case .clientDataMember(let name): "the client data has no proper \"\(name)\""
        case .type(let type, let expected): "the client data is of type \(type.debugDescription), not \"\(expected)\""
        case .challenge: "it answers another challenge than this ceremony's"
        case .origin(let origin): "it was made for the origin \(origin.debugDescription), which is not this site's"
        case .crossOrigin(let top):
            "it was made in a frame of another site\(top.map { ", \($0.debugDescription)" } ?? ""), which is not allowed"
        case .authenticatorData(let flaw): "the authenticator data is malformed: \(flaw.explanation)"
        case .relyingParty: "it was made for another relying party"
        case .userNotPresent: "the authenticator did not see anybody present"
        case .userNotVerified: "the authenticator did not verify who was there (fingerprint, face or PIN)"
        case .backup: "its word on whether it is backed up contradicts itself or what it was registered with"
        case .credentialID(let octets): "the credential's id has \(octets) octets; it has 16 to 1023"
        case .credentialKey(let failure): "the credential's key is not taken: \(failure.explanation)"
        case .algorithmNotOffered(let algorithm): "the algorithm \(algorithm) was not offered"
        case .attestationObject(let flaw): "the attestation object is malformed: \(flaw.explanation)"
        case .attestation(let format, let flaw): "the \(format) attestation does not hold: \(flaw.explanation)"
        case .attestationUntrusted(let refusal): "nobody vouches for the attestation: \(refusal.explanation)"
        case .attestationRequired(let kind): "an attestation by the maker is required; this has \(kind.explanation)"
        case .modelNotAllowed(let model): "the model \(model) is not among those allowed"
        case .otherCredential: "another passkey answered than the one on record"
        case .user: "the passkey is not one of this account's"
        case .signature: "the signature is not the passkey's"
        case .counter(let stored, let presented):
            "the signature counter went from \(stored) to \(presented): there may be a copy of the passkey"
        }
    }
}

extension COSEKeyFailure {
    public var explanation: String {
        switch self {
        case .parameter(let label): "it has no proper parameter \(label)"
        case .surplus: "it has parameters that do not belong there"
        case .algorithm(let number): "the algorithm \(number) is not supported"
        case .unfit(let algorithm): "its type or curve is not that of \(algorithm)"
        case .key(let failure): failure.explanation
        }
    }
}

extension AuthenticatorDataFlaw {
    public var explanation: String {
        switch self {
        case .truncated: "it ends too soon"
        case .afterEnd(let octets): "\(octets) octets stand after its end"
        case .credential(let isPresent):
            isPresent ? "it has a credential, which is for registrations" : "it has no credential"
        case .extensions(let failure), .key(let failure): failure.explanation
        case .extensionsNoMap: "its extensions are no map"
        }
    }
}

extension AttestationFlaw {
    public var explanation: String {
        switch self {
        case .cbor(let failure): failure.explanation
        case .member(let name): "\"\(name)\" is missing, or is not what it should be"
        case .unknownFormat(let name): "the format \(name.debugDescription) is not supported"
        case .algorithm(let number): "the algorithm \(number) is not supported, or not the key's"
        case .certificate(let index): "its certificate \(index + 1) cannot be read"
        case .certificateForm(let what): "its certificate \(what)"
        case .signature: "its signature does not hold"
        case .mismatch(let what): "it speaks of another \(what)"
        case .tpm(let what): "its TPM structure \(what)"
        }
    }
}
