import ServiceLifecycle

/// That another process goes on in this one's place: it takes nothing new, and ends when what is live has ended.
final class Retirement: Sendable {
    let begun = Occasion()
    /// The successor has been told so: from here on it does without this process.
    let isTold = Occasion()
    /// The successor can have the address of the page of metrics.
    let metricsClosed = Occasion()

    /// Returns when the successor can have all that only one process can hold.
    func begin() async {
        begun.happen()
        await metricsClosed.wait()
    }
}

/// The page of metrics, which closes as soon as the successor wants its address, long before the last connection has ended.
struct RetiringMetrics: Service {
    let page: PublicService
    let retirement: Retirement

    func run() async throws {
        defer { retirement.metricsClosed.happen() }
        try await withThrowingTaskGroup { group in
            group.addTask { try await self.page.run() }
            group.addTask { await self.retirement.begun.wait() }
            try await group.next()
            group.cancelAll()
        }
        retirement.metricsClosed.happen()
        try? await gracefulShutdown()
    }
}
