import Dispatch
import SymbolonEnrollment
import SymbolonKeys
import SymbolonTransport

extension LocalAuthority {
    /// Makes and cancels codes.
    var invitations: InvitationDesk {
        InvitationDesk(authority: issuing, store: store, operators: store) { words, number in
            await Self.registered(words, number)
        }
    }

    /// Which other authorities are believed.
    var federation: FederationDesk { FederationDesk(authority: issuing, store: store) }

    /// What goes on inside a connection that a code proved.
    var pairing: PairingDesk { PairingDesk(authority: issuing, store: store, federation: federation) }

    /// Counts the tries at codes.
    var pairingGuard: PairingGuard { PairingGuard(authority: issuing, store: store) }

    /// Slow on purpose, so that no task's thread waits for it.
    private static func registered(_ words: SecretBytes, _ number: Int) async -> SPAKE2PlusRecord? {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: try? PairingRegistration(words: words, number: number).record)
            }
        }
    }
}
