/// Why a token, or the proof that came with it, is not believed.
public enum TokenFailure: Error, Equatable, Sendable {
    case tooLong(limit: Int)
    case form(String)
    case algorithm(NamedInToken)
    /// RFC 9068 §2.1, RFC 9449 §4.2: it is a token of another kind.
    case type(NamedInToken?, needed: String)
    /// This claim is missing, or not what its standard says.
    case claim(String)
    case issuer(NamedInToken)
    case key(NamedInToken?)
    case signature
    case audience
    case expired
    case notYet
    /// It is no more than a text, which whoever sees it can use: RFC 8705 and RFC 9449 have better ones.
    case unbound
    case otherCertificate
    /// It is bound to a key, of which a proof has to come with it (RFC 9449 §7.1).
    case needsProof
    /// It is not bound to a key, and came as one that is.
    case needsNoProof
    /// The proof is by another key.
    case otherKey
    case proofKey(JWKFailure)
    case method
    case address
    case tokenHash
    /// The proof's time is too far from ours.
    case proofTime
    case replayed
    /// The proof has none of the numbers that are given out here, or an old one.
    case nonce

    /// - Parameter name: as the token says it; empty: it does not.
    public static func unknownIssuer(_ name: String) -> TokenFailure { .issuer(NamedInToken(name)) }

    /// RFC 6750 §3.1, RFC 9449 §9.
    public var code: String {
        switch self {
        case .nonce: "use_dpop_nonce"
        default: "invalid_token"
        }
    }

    /// In ASCII, for the one who sent it and for the record.
    public var explanation: String {
        switch self {
        case .tooLong(let limit): "it is longer than \(limit) octets"
        case .form(let why): why
        case .algorithm(let name): "the algorithm \(name) is not taken, or is not that of its key"
        case .type(let found, let needed): "its type is \(found?.description ?? "not said"), and \(needed) is needed"
        case .claim(let name): "its claim \(name) is missing, or not what its standard says"
        case .issuer(let name): "the issuer \(name) is not known here"
        case .key(let name): "its issuer has no key \(name?.description ?? "that could have signed it")"
        case .signature: "its signature is not by its issuer's key"
        case .audience: "it is not for this service"
        case .expired: "it has expired"
        case .notYet: "it does not hold yet"
        case .unbound:
            "it is bound to no certificate and no key, so that whoever sees it could use it; get one with cnf (RFC 8705, RFC 9449)"
        case .otherCertificate: "it is bound to another certificate than this connection's"
        case .needsProof: "it is bound to a key, and needs a DPoP proof"
        case .needsNoProof: "it is bound to no key, and came as one that is"
        case .otherKey: "the DPoP proof is by another key than its own"
        // 200: what it names is as long as its sender likes.
        case .proofKey(let failure): "the DPoP proof's key is not taken: \(failure.explanation.prefix(200))"
        case .method: "the DPoP proof is for another method"
        case .address: "the DPoP proof is for another address"
        case .tokenHash: "the DPoP proof is for another token"
        case .proofTime: "the DPoP proof's time is too far from this end's"
        case .replayed: "the DPoP proof was used before"
        case .nonce: "the DPoP proof needs the nonce that came with this answer"
        }
    }
}
