internal import SymbolonTransport

/// Why a connection that was let in has ended.
enum Ending: Sendable {
    /// Both peers said that they had sent all.
    case finished
    /// One leg broke: reset, or cut without the end that its protocol asks for.
    case broken(Side, String)
    /// The peer refused this end, or ended the session in error, with an alert.
    case alert(TLSAlert)
    /// The proof no longer holds, or no rule allows the peer any more.
    case distrusted(RefusalCause)
    case unreachable(String)
    /// By hand, in the operator's words; empty: none were given.
    case operatorClosed(because: String)
    /// The end stopped and the time to finish was over.
    case drained

    /// What the peer is told when this end cuts it.
    var lastWord: TLSAlert? {
        if case .distrusted(let cause) = self { TLSAlert(for: cause) } else { nil }
    }

    var reason: String {
        switch self {
        case .finished: "finished"
        case .broken: "broken"
        case .alert: "alert"
        case .distrusted(let cause): cause.reason
        case .unreachable: "unreachable"
        case .operatorClosed: "closed"
        case .drained: "stopped"
        }
    }

    func explanation(at role: EndRole) -> String {
        switch self {
        case .finished:
            return "both sides had sent all they had"
        case .broken(let side, let reason):
            let who =
                switch (role, side) {
                case (.protect, .front): "the peer's"
                case (.protect, .back): "the backend's"
                case (.reach, .front): "the local client's"
                case (.reach, .back): "the service's"
                }
            return "\(who) side broke: \(reason)"
        case .alert(let alert):
            return TLSFailure.peerAlert(alert).explanation
        case .distrusted(let cause):
            return cause.explanation
        case .unreachable(let reason):
            return reason
        case .operatorClosed(let reason):
            return "closed by the operator" + (reason.isEmpty ? "" : ": \(reason)")
        case .drained:
            return "this end stopped before the connection finished"
        }
    }
}
