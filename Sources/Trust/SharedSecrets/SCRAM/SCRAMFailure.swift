/// Why a SCRAM exchange ended without proof.
public enum SCRAMFailure: Error, Equatable, Sendable {
    /// A message is not as RFC 5802 §7 has it; which part.
    case malformed(String)
    /// What the peer calls mandatory is not known here (§5.1, `m=`).
    case unknownExtension
    case name(SASLPreparation.Failure)
    case password(SASLPreparation.Failure)
    /// Its iterations: under 4,096 (RFC 7677 §4) or over what is allowed here.
    case iterations(Int, allowed: ClosedRange<Int>)
    /// The peer's part of the nonce is shorter than 16 characters, or ours is not in front of it.
    case nonce
    /// The server does not offer what was asked for.
    case mechanismNotOffered(SCRAMMechanism)
    /// The client could bind to the connection and was told that this server cannot: somebody has changed the list (§6).
    case bindingStripped
    /// The client asks for a binding of a kind that there is not.
    case bindingUnsupported
    /// Bound to another connection than this.
    case bindingDiffers
    /// The client did not prove that it knows the password.
    case proof
    /// The server did not prove that it knows the client's verifier.
    case serverSignature
    /// The server has refused, in its word (§7, `server-error-value`).
    case refused(String)
    /// To act for somebody else is not taken.
    case authorization

    /// §7: what the server tells the client. It is the same word for a name that is not known as for a wrong proof.
    public var word: String {
        switch self {
        case .malformed, .nonce, .iterations, .name, .password: "invalid-encoding"
        case .unknownExtension: "extensions-not-supported"
        case .bindingStripped: "server-does-support-channel-binding"
        case .mechanismNotOffered: "channel-binding-not-supported"
        case .bindingUnsupported: "unsupported-channel-binding-type"
        case .bindingDiffers: "channel-bindings-dont-match"
        case .proof, .authorization: "invalid-proof"
        case .serverSignature, .refused: "other-error"
        }
    }

    public var explanation: String {
        switch self {
        case .malformed(let part): "\(part) is not as RFC 5802 has it"
        case .unknownExtension: "the peer asks for an extension that is not known"
        case .name(let failure): "the name: \(failure.explanation)"
        case .password(let failure): "the password: \(failure.explanation)"
        case .iterations(let count, let allowed):
            "\(count) iterations are asked for; \(allowed.lowerBound) to \(allowed.upperBound) are taken"
        case .nonce: "the nonce is too short, or is not the one of this exchange"
        case .mechanismNotOffered(let mechanism): "\(mechanism.rawValue) is not offered"
        case .bindingStripped: "somebody between has hidden that the server binds to the connection"
        case .bindingUnsupported: "the binding asked for is not tls-exporter"
        case .bindingDiffers: "it is bound to another connection: somebody stands between the two ends"
        case .proof: "the password is not proved"
        case .serverSignature: "the server has not proved that it knows this account"
        case .refused(let word): "the server has refused: \(word)"
        case .authorization: "to act for somebody else is not taken"
        }
    }
}
