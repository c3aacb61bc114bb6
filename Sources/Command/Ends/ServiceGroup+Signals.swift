import Glibc
import Logging
import ServiceLifecycle

extension ServiceGroup {
    /// Runs services until the first signal, at which they drain, the last one first; a second signal ends the process at
    /// once, with the status that a shell gives for it.
    ///
    /// - Parameters:
    ///   - stopping: called once, at the first signal.
    ///   - retirement: they drain when it begins, too.
    static func run(
        _ services: [any Service], until signals: AsyncStream<Int32>, stopping: (@Sendable () -> Void)? = nil,
        retirement: Retirement? = nil
    ) async throws {
        let logger = Logger(label: "symbolon") { _ in SwiftLogNoOpLogHandler() }
        let group = ServiceGroup(services: services, logger: logger)
        let ending = Task {
            var isAsked = false
            for await number in signals {
                if isAsked || retirement?.begun.hasHappened == true { exit(128 + number) }
                isAsked = true
                stopping?()
                await group.triggerGracefulShutdown()
            }
        }
        let retiring = Task {
            guard let retirement else { return }
            await retirement.isTold.wait()
            if !Task.isCancelled { await group.triggerGracefulShutdown() }
        }
        defer {
            ending.cancel()
            retiring.cancel()
        }
        try await group.run()
    }
}
