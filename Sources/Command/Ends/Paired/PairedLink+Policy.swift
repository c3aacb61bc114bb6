import Foundation
import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonStorage

/// What the authority publishes of who may pass, for ends that judge by it.
extension PairedLink {
    /// What the authority offers as its policy.
    var offeredPolicy: OfferedPolicy {
        OfferedPolicy(numbers: heard?.trust.policy, statement: policyStatement, signers: policySigners(at: Date()))
    }

    /// From now on the statement is asked for whenever another one is in force there than ends here have.
    func followPolicy(having numbers: PolicyNumbers?) {
        followedPolicy = numbers ?? PolicyNumbers(policy: 0, groups: 0)
    }

    var lacksPolicy: Bool {
        guard let followedPolicy, let told = heard?.trust.policy else { return false }
        return told.follow(followedPolicy)
    }

    /// In seconds: how soon what could not be heard, or was not taken, is asked for again. 5: another node may have it.
    static let policyPause = 5

    /// Whatever comes of it, the news go on.
    func askForPolicy(_ administration: RemoteAdministration, report: @Sendable (News) async -> Void) async {
        do throws(AdministrationFailure) {
            let answer = try await administration.perform(ShowPolicyInForce())
            policyStatement = answer.statement.map { Array($0.utf8) }
            await report(.changed)
        } catch {
            await report(.policyNotHeard(because: error.why ?? error.what))
        }
    }

    /// Keys that certificates are issued with, by the word of a root that is believed; without those that are in strange hands.
    func policySigners(at now: Date) -> [PublicKey] {
        let replaced = Set(replacements.keys)
        let issuing = (try? heard?.trust.issuingCertificates()) ?? []
        return issuing.filter { certificate in
            certificate.notBefore <= now && now <= certificate.notAfter
                && roots.believed.contains { root in root.publicKey.map { certificate.isSigned(by: $0) } ?? false }
        }.compactMap(\.publicKey).filter { !replaced.contains($0.fingerprint.description) }
    }
}
