/// What one verifier says of one chain.
enum Verdict: Equatable, Sendable {
    case accepts
    case refuses(String)
    /// It has no such purpose, name or algorithm to say anything of.
    case cannotSay

    var word: String {
        switch self {
        case .accepts: "yes"
        case .refuses: "no"
        case .cannotSay: "-"
        }
    }
}

/// The verifiers beside ours.
enum Peer: String, CaseIterable, Sendable {
    case openssl, gnutls, cryptography, java
}
