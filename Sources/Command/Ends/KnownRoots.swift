import SymbolonCertificates
import Synchronization

/// The roots of one authority: which are believed now, and which this process has seen believed before.
final class KnownRoots: Sendable {
    private struct State {
        var believed: [Certificate]
        var seen: Set<[UInt8]>
    }

    private let state: Mutex<State>

    /// - Parameter seen: also those that are believed no more.
    init(_ believed: [Certificate], seen: [Certificate] = []) {
        state = Mutex(State(believed: believed, seen: Set((believed + seen).map(\.der))))
    }

    var believed: [Certificate] { state.withLock { $0.believed } }

    /// True when that is news.
    @discardableResult
    func take(_ believed: [Certificate]) -> Bool {
        state.withLock { state in
            state.seen.formUnion(believed.map(\.der))
            defer { state.believed = believed }
            return state.believed != believed
        }
    }

    /// Whether all of these are, or were, roots of this authority.
    func include(_ anchors: [Certificate]) -> Bool {
        state.withLock { state in anchors.allSatisfy { state.seen.contains($0.der) } }
    }
}
