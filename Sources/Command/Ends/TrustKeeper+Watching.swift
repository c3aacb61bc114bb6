import ServiceLifecycle
import SymbolonAuthority
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
                if let gatherer = self.gatherer {
                    group.addTask { await gatherer.run { await self.gathered($0) } }
                }
                for (source, watch) in watches {
                    group.addTask { await watch.run { await self.identityChanged(source, $0) } }
                }
                group.addTask {
                    while !Task.isCancelled {
                        await self.tick()
                        try? await Task.sleep(for: .milliseconds(100))
                    }
                }
            }
        }
    }

    private func storeChanged(_ outcome: StoreWatch.Outcome) async {
        switch outcome {
        case .unchanged, .committed: break
        case .revoked: await refreshRevocation()
        case .failed(let failure):
            tellOnce(
                "the store cannot be looked at; what is known of revocation stays in force", why: failure.explanation)
        }
    }
}
