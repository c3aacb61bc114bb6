internal import Foundation
internal import NIOCore
internal import SymbolonNames
internal import SymbolonTransport
internal import SymbolonVerification

/// Why a connection was not let through, or not let live on.
enum RefusalCause: Error, Sendable {
    /// The peer's proof failed.
    case verification(Refusal)
    /// Proved, and not permitted. Without a rule: none allows it.
    case policy(ProvedFacts, because: String, rule: String?)
    /// This machine's clock is before the beginning of this end's own certificate.
    case clockBehind(now: Date, notBefore: Date)
    /// The handshake itself failed: no certificate, plain text, silence, an alert, …
    case handshake(TLSFailure)
    /// The connection went before the handshake was done, for a reason below TLS.
    case lost(String)
    /// The oldest unfinished handshake, when a newcomer needed its place or descriptors ran out.
    case gaveWay
    case tooManyConnections(limit: Int)

    /// What a channel reported before its peer was proved.
    init(handshake error: any Error) {
        self = (error as? TLSFailure).map { .handshake($0) } ?? .lost(text(of: error))
    }
}
