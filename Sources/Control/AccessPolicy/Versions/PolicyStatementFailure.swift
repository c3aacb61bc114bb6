public import SymbolonNames
public import SymbolonTokens

/// Why a statement of who may pass is not taken.
public enum PolicyStatementFailure: Error, Equatable, Sendable {
    case signature(JWSFailure)
    /// It was signed for something else.
    case type
    /// By the fingerprint that it names: not a key that the authority signs with.
    case strangeSigner(String)
    case otherDomain(TrustDomain)
    case malformed(String)
    case older(PolicyNumbers, known: PolicyNumbers)
    /// The same numbers, and another text or other groups than before.
    case another(PolicyNumbers)

    public var explanation: String {
        switch self {
        case .signature(.signature): "it was altered after it was signed"
        case .signature(let failure): failure.explanation
        case .type: "what was signed is no policy"
        case .strangeSigner(let key):
            "it is signed by key \(NameText.shown(key)), which is none that the authority signs with"
        case .otherDomain(let domain): "it is of another trust domain, \(domain)"
        case .malformed(let why): "it does not read as a policy's statement: \(why)"
        case .older(let numbers, let known):
            "\(numbers) is not later than \(known), which is known: a version never goes back"
        case .another(let numbers): "\(numbers) is known, and was another: each number is given once"
        }
    }
}
