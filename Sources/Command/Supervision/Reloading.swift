import ServiceLifecycle
import SymbolonProxy

/// On SIGHUP looks at once at what an end watches anyway: rules, revocations, the policy of the authority.
struct Reloading: Service {
    let requests: AsyncStream<Int32>
    let keeper: TrustKeeper
    let ends: [RunningEnd]
    let manager: ServiceManager?
    let report: EndReport

    func run() async throws {
        for await _ in requests.cancelOnGracefulShutdown() {
            manager?.tell(.reloading(microseconds: ServiceManager.monotonic))
            await keeper.lookAtPolicies()
            await keeper.lookAtBackendAnchors()
            await keeper.refreshRevocation()
            for end in ends { await end.settled() }
            report.tell(.reloaded)
            manager?.tell(.ready)
        }
    }
}
