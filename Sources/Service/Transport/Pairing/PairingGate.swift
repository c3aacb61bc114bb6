public import NIOCore
public import SymbolonKeys

/// Whom a server asks when a client says that it holds a code.
///
/// A guess can be made only against an answer, so that counting before answering counts every guess.
public protocol PairingGate: Sendable {
    /// Counts a try, durably, and only then gives what to answer it with. Nil when there is nothing open by that number,
    /// whatever the reason: the client learns no more than that.
    func admit(_ number: Int, from address: SocketAddress?) async -> SPAKE2PlusRecord?

    /// How a try that was admitted ended; called once for each. Nil: the client proved that it knows the code.
    /// - Parameter record: what it was answered with; the number may be another invitation's by now.
    func ended(_ number: Int, record: SPAKE2PlusRecord, from address: SocketAddress?, failure: TLSFailure?) async
}
