import Foundation
import ServiceLifecycle
import SymbolonAccessPolicy
import SymbolonAuthority
import SymbolonCertificates
import SymbolonClients
import SymbolonStorage

/// Watches, each a task of its own, so that a slow one holds up no other.
extension TrustKeeper: Service {
    func run() async throws {
        let watches = identities.mapValues(\.watch)
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                if let storeWatch = self.storeWatch {
                    group.addTask { await storeWatch.run { await self.storeChanged($0) } }
                }
                if self.home != nil {
                    // 300 ms: what is ended is cut within a second.
                    group.addTask {
                        while !Task.isCancelled {
                            await self.lookAtFederations()
                            try? await Task.sleep(for: .milliseconds(300))
                        }
                    }
                }
                if let gatherer = self.gatherer {
                    group.addTask { await gatherer.run { await self.gathered($0) } }
                }
                for (source, watch) in watches {
                    group.addTask { await watch.run { await self.identityChanged(source, $0) } }
                }
                if let paired = self.home?.paired {
                    group.addTask {
                        await paired.listen(
                            as: { await self.witness(preferring: $0) }, saying: { await self.words() },
                            report: { await self.heard($0) })
                    }
                }
                while !Task.isCancelled {
                    for due in await self.tick() { group.addTask { await self.attend(to: due) } }
                    await self.confirmHere()
                    await self.lookAtPolicies()
                    await self.tidyTokenKeys()
                    await self.lookAtIssuers()
                    await self.lookAtEmergencies()
                    await self.lookAtBackendAnchors()
                    try? await Task.sleep(for: .milliseconds(100))
                }
            }
        }
        await leave()
    }

    private func storeChanged(_ outcome: StoreWatch.Outcome) async {
        switch outcome {
        case .unchanged, .committed: break
        case .revoked:
            await refreshRevocation()
            await confirmHere()
        case .failed(let failure):
            tellOnce(
                "the store cannot be looked at; what is known of revocation stays in force", why: failure.explanation)
        }
    }

    // MARK: An authority elsewhere

    /// An identity of the home that can prove this machine to the authority now: the one that did so last while it can, for
    /// the authority knows this end by it.
    func witness(preferring name: IdentityName?) -> StoredIdentity? {
        let now = Date()
        let able = identities.filter { source, held in
            guard case .home = source, !held.isRevoked, home?.paired?.accounts(for: held.stored) == true else {
                return false
            }
            return held.stored.leaf.notAfter >= now
                && held.stored.leaf.extensions.extendedKeyUsage?.contains(.clientAuth) ?? true
        }.map(\.value.stored)
        return able.first { $0.name == name } ?? able.max { $0.leaf.notAfter < $1.leaf.notAfter }
    }

    private func heard(_ news: PairedLink.News) async {
        switch news {
        case .changed: await refreshRevocation()
        case .silent(let seconds, let why):
            report.warn(
                nil, "the authority has not been heard for \(Moment.span(seconds)); what is known of it holds",
                why: why,
                mend:
                    "see that it runs and can be reached: symbolon doctor. Short-lived peers are let in until they end;"
                    + " others until \(Moment.span(PairedLink.longestSilence)) after it was heard last")
        case .policyNotHeard(let why): tellPolicyFailure(why)
        case .policyWentBack(let told, let known):
            report.warn(
                nil, "the authority has gone back to an older policy; the one that is known stays in force",
                why: PolicyStatementFailure.older(told, known: known).explanation, mend: FollowedPolicy.mend)
        case .back(let seconds):
            report.tell(.authorityHeard(after: seconds))
        }
    }

    /// A silence makes less of what is known, when it has lasted.
    func lookAtSilence() async {
        let now = Date()
        guard let paired = home?.paired, now >= nextSilenceLook else { return }
        nextSilenceLook = now + 60
        guard await paired.isSilenceNews(at: now) else { return }
        await refreshRevocation()
    }
}
