public import SymbolonRevocation

/// What a responder says to one question.
public enum ResponderReply: Sendable {
    /// Signed ahead: everybody who asks the same gets the same, and caches may keep it. RFC 9919 §7.
    case kept(SignedAnswer)
    /// For this question alone.
    case made(SignedAnswer)
    case refused(AnswerRefusal)
}
