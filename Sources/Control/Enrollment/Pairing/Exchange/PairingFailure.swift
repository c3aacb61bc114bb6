public import SymbolonAuthority

/// Why an exchange that a code proved does not go on. The other end may know: it proved itself.
public enum PairingFailure: Error, Equatable, Sendable {
    /// The invitation has ended meanwhile.
    case over
    /// Another key has used it.
    case used
    /// The certificate for this key is being made.
    case busy
    /// The invitation is for the other kind of exchange.
    case otherPurpose
    case request(RequestFailure)
    case issuance(IssuanceFailure)
    case federation(FederationFailure)
    case store(StoreFailure)

    public var explanation: String {
        switch self {
        case .over: "the invitation has ended: used, cancelled, expired, or tried too often"
        case .used: "the invitation was used already, by another key"
        case .busy: "the certificate for this key is being made; ask again in some seconds"
        case .otherPurpose: "the invitation is not for this: a machine pairs, an authority federates"
        case .request(let failure): failure.explanation
        case .issuance(let failure): failure.explanation
        case .federation(let failure): failure.explanation
        case .store(let failure): failure.explanation
        }
    }
}
