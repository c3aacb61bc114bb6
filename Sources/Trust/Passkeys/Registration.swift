internal import Crypto
public import Foundation
internal import SymbolonKeys
internal import SymbolonWire

/// What a browser answers to `navigator.credentials.create()`.
public struct PresentedRegistration: Sendable {
    let clientData: [UInt8]
    let attestationObject: [UInt8]

    public init(clientData: [UInt8], attestationObject: [UInt8]) {
        self.clientData = clientData
        self.attestationObject = attestationObject
    }
}

/// A passkey whose registration was checked in all that its octets can show. Only `RelyingParty.verify` makes one.
///
/// Whoever keeps it makes sure that no other account has one of the same id, in the same transaction (§7.1 step 26).
public struct VerifiedRegistration: Sendable {
    public let passkey: Passkey
    public let isUserVerified: Bool

    fileprivate init(_ passkey: Passkey, isUserVerified: Bool) {
        self.passkey = passkey
        self.isUserVerified = isUserVerified
    }
}

extension RelyingParty {
    /// WebAuthn Level 3 §7.1: registering a new credential.
    /// - Parameters:
    ///   - challenge: of this ceremony in this session, not answered before.
    ///   - user: the handle of the account for which it was begun.
    ///   - now: by which the certificates of an attestation are judged.
    public func verify(
        _ presented: PresentedRegistration, answering challenge: PasskeyChallenge, for user: [UInt8], at now: Date
    ) throws(PasskeyFailure) -> VerifiedRegistration {
        try ClientData(json: presented.clientData[...]).check(.registration, answering: challenge, at: self)
        let object = try AttestationObject(presented.attestationObject)
        let data = object.authenticatorData
        try data.check(at: self)
        guard let credential = data.credential else {
            throw .authenticatorData(.credential(present: false))
        }
        // §7.1 step 25; shorter than 16 octets is no credential id (§4).
        guard (16...1023).contains(credential.id.count) else { throw .credentialID(octets: credential.id.count) }
        let key = try Self.key(credential.key)
        guard algorithms.contains(key.algorithm) else { throw .algorithmNotOffered(key.algorithm) }
        let statement = AttestedStatement(
            data: data, credential: credential, key: key,
            clientDataHash: Array(SHA256.hash(data: presented.clientData)))
        let made = try object.verify(statement)
        let kind = try attestation.judge(made, model: credential.model, at: now)
        let isUserVerified = data.flags.contains(.userVerified)
        return VerifiedRegistration(
            Passkey(
                id: credential.id, user: user, key: key, counter: data.counter, backup: data.backup,
                hasVerifiedUser: isUserVerified, model: credential.model, attestation: kind),
            isUserVerified: isUserVerified)
    }

    private static func key(_ value: CBORValue) throws(PasskeyFailure) -> COSEKey {
        do throws(COSEKeyFailure) { return try COSEKey(value) } catch { throw .credentialKey(error) }
    }
}
