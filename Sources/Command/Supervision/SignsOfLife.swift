import ServiceLifecycle
import SymbolonProxy

/// Tells the service manager that the ends are alive, and how they do.
struct SignsOfLife: Service {
    let manager: ServiceManager
    let ends: [RunningEnd]
    let retirement: Retirement

    /// How often people are told anew. 10 s: whoever looks at `systemctl status` looks no more often.
    private static let longest = Duration.seconds(10)

    func run() async throws {
        // Half of what is allowed (sd_watchdog_enabled(3)).
        let pause = manager.watchdog.map { min($0 / 2, Self.longest) } ?? Self.longest
        await cancelWhenGracefulShutdown {
            // Another process speaks for the service once it has taken over.
            while !Task.isCancelled, !retirement.begun.hasHappened {
                // Each event loop answers, or no sign is given: what hangs is to be started anew.
                let summary = await summary()
                manager.tell(.watchdog, .status(summary))
                try? await Task.sleep(for: pause)
            }
        }
        try? await gracefulShutdown()
    }

    private func summary() async -> String {
        var (live, accepted, refused) = (UInt64(0), UInt64(0), UInt64(0))
        for end in ends {
            let counters = await end.counters()
            live += counters.live
            accepted += counters.accepted
            refused += counters.refusedInTotal
        }
        let names = ends.map { "\($0.role.rawValue) \($0.name)" }.joined(separator: ", ")
        return "\(names): \(live) live, \(accepted) let in, \(refused) refused"
    }
}
