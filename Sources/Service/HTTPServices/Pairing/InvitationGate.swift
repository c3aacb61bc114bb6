public import NIOCore
public import SymbolonEnrollment
public import SymbolonKeys
internal import SymbolonProxy
public import SymbolonTransport

/// Answers clients that hold a code with what the invitations are registered by, each try counted first.
public struct InvitationGate: PairingGate {
    private let tries: PairingGuard

    public init(_ tries: PairingGuard) { self.tries = tries }

    public func admit(_ number: Int, from address: SocketAddress?) async -> SPAKE2PlusRecord? {
        await tries.admit(number, from: address?.text ?? "unknown")
    }

    public func ended(
        _ number: Int, record: SPAKE2PlusRecord, from address: SocketAddress?, failure: TLSFailure?
    ) async {
        await tries.ended(
            number, record: record, from: address?.text ?? "unknown", failure: failure?.explanation)
    }
}
