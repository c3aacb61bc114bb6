internal import Crypto
internal import SymbolonKeys

/// What a browser answers to `navigator.credentials.get()`.
public struct PresentedAssertion: Sendable {
    /// By which the record is found.
    public let id: [UInt8]
    /// The account, as the authenticator names it; nil: it does not.
    public let userHandle: [UInt8]?
    let clientData: [UInt8]
    let authenticatorData: [UInt8]
    let signature: [UInt8]

    public init(
        id: [UInt8], userHandle: [UInt8]?, clientData: [UInt8], authenticatorData: [UInt8], signature: [UInt8]
    ) {
        self.id = id
        self.userHandle = userHandle
        self.clientData = clientData
        self.authenticatorData = authenticatorData
        self.signature = signature
    }
}

/// Of whom a passkey is awaited (WebAuthn Level 3 §7.2 step 6).
public enum Claimant: Equatable, Sendable {
    /// Of the account with this user handle, which was named before the ceremony.
    case account([UInt8])
    /// Of whoever the authenticator names.
    case anyone
}

/// What an authenticator's counter says of copies (WebAuthn Level 3 §6.1.1).
public enum CounterStanding: Equatable, Sendable {
    case advanced
    /// It counts nothing.
    case notKept
    /// It did not go on from where it was: somebody may have a copy.
    case wentBack(stored: UInt32, presented: UInt32)
}

/// That a person has shown a passkey. Only `RelyingParty.verify` makes one.
public struct VerifiedAssertion: Sendable {
    /// The record as it is from now on: whoever keeps it stores it when all else of the login has succeeded, and not before.
    public let passkey: Passkey
    /// By fingerprint, face or PIN, as the authenticator says; how far that is believed is in the passkey's attestation.
    public let isUserVerified: Bool
    public let counter: CounterStanding

    fileprivate init(_ passkey: Passkey, isUserVerified: Bool, counter: CounterStanding) {
        self.passkey = passkey
        self.isUserVerified = isUserVerified
        self.counter = counter
    }
}

extension RelyingParty {
    /// WebAuthn Level 3 §7.2: verifying an authentication assertion.
    /// - Parameters:
    ///   - known: the record that the store has for the presented id.
    ///   - claimant: of whom an answer was awaited.
    ///   - challenge: of this ceremony in this session, not answered before.
    public func verify(
        _ presented: PresentedAssertion, by known: Passkey, of claimant: Claimant, answering challenge: PasskeyChallenge
    ) throws(PasskeyFailure) -> VerifiedAssertion {
        guard presented.id == known.id else { throw .otherCredential }
        try Self.check(claimant, presented.userHandle, known)
        try ClientData(json: presented.clientData[...]).check(.authentication, answering: challenge, at: self)
        let data: AuthenticatorData
        do throws(AuthenticatorDataFlaw) {
            data = try AuthenticatorData(presented.authenticatorData)
        } catch {
            throw .authenticatorData(error)
        }
        guard data.credential == nil else { throw .authenticatorData(.credential(present: true)) }
        try data.check(at: self)
        // §7.2 step 19: eligibility is of the credential, for good.
        guard (data.backup == .singleDevice) == (known.backup == .singleDevice) else { throw .backup }
        let signed = data.octets + Array(SHA256.hash(data: presented.clientData))
        guard known.key.isValid(presented.signature, over: signed) else { throw .signature }
        let counter = Self.counter(known.counter, data.counter)
        if case .wentBack(let stored, let presented) = counter, suspectedCopies == .refused {
            throw .counter(stored: stored, presented: presented)
        }
        let isUserVerified = data.flags.contains(.userVerified)
        return VerifiedAssertion(
            known.after(counter: data.counter, backup: data.backup, userVerified: isUserVerified),
            isUserVerified: isUserVerified, counter: counter)
    }

    /// §7.2 step 6: the record is of the account that was named; where none was, the authenticator has to name it.
    private static func check(
        _ claimant: Claimant, _ handle: [UInt8]?, _ known: Passkey
    ) throws(PasskeyFailure) {
        switch claimant {
        case .account(let user): guard known.user == user, handle == nil || handle == user else { throw .user }
        case .anyone: guard handle == known.user else { throw .user }
        }
    }

    /// §7.2 step 22.
    private static func counter(_ stored: UInt32, _ presented: UInt32) -> CounterStanding {
        if stored == 0, presented == 0 { return .notKept }
        return presented > stored ? .advanced : .wentBack(stored: stored, presented: presented)
    }
}
