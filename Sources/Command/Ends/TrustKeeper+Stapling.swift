import Foundation
import SymbolonClients
import SymbolonProxy
import SymbolonRevocation
import SymbolonStorage

/// What this machine's ends show of their own certificates.
extension TrustKeeper {
    private var stapler: Stapler { Stapler(folder: home?.folder.revocation) }

    /// Shows what was kept, asks for more, and puts it in force for new handshakes. One that fails is tried again, and what was
    /// shown before holds as long as it says.
    func staple(_ identity: StoredIdentity, _ source: IdentitySource) async {
        guard let address = Stapler.address(for: identity) else { return }
        let schedule = RefreshSchedule(longest: Stapler.longest)
        if let kept = stapler.kept(for: identity, at: Date()) { show(kept, of: identity, source) }
        let wait: TimeInterval
        do throws(Stapler.Failure) {
            let answer = try await stapler.fetch(for: identity, from: address)
            show(answer, of: identity, source)
            identities[source]?.staplesFailed = 0
            wait = schedule.afterSuccess(at: Date(), until: answer.nextUpdate, chance: .random(in: 0...1))
        } catch {
            let failures = (identities[source]?.staplesFailed ?? 0) + 1
            identities[source]?.staplesFailed = failures
            wait = schedule.afterFailure(failures, chance: .random(in: 0...1))
            // A single try that fails is not worth a line.
            if failures == 3 {
                report.warn(
                    identity.name.description, "no answer about it can be stapled; it is tried again",
                    why: error.explanation, mend: "see that \(address.host) can be reached from here")
            }
        }
        guard identities[source]?.stored.leaf == identity.leaf else { return }
        identities[source]?.stapleAt = Date() + wait
    }

    private func show(_ answer: StatusAnswer, of identity: StoredIdentity, _ source: IdentitySource) {
        guard let held = identities[source], held.stored.leaf == identity.leaf, held.stapled != answer else { return }
        identities[source]?.staple(answer)
        publish(to: source, isStaple: true)
    }
}

extension Stapler.Failure {
    fileprivate var explanation: String {
        switch self {
        case .fetching(let failure): failure.explanation
        case .answer(let failure): failure.explanation
        case .status(.good): "it is good"
        case .status(.revoked(let reason, let since)): "it is revoked: \(reason.rawValue), since \(Moment.text(since))"
        case .status(.unknown(let silence)): silence.explanation
        }
    }
}
