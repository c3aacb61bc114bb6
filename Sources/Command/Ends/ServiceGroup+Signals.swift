import Glibc
import Logging
import ServiceLifecycle

extension ServiceGroup {
    /// Runs services until the first signal, at which they drain, the last one first; a second signal ends the process at
    /// once, with the status that a shell gives for it.
    static func run(_ services: [any Service], until signals: AsyncStream<Int32>) async throws {
        let logger = Logger(label: "symbolon") { _ in SwiftLogNoOpLogHandler() }
        let group = ServiceGroup(services: services, logger: logger)
        let ending = Task {
            var isAsked = false
            for await number in signals {
                if isAsked { exit(128 + number) }
                isAsked = true
                await group.triggerGracefulShutdown()
            }
        }
        defer { ending.cancel() }
        try await group.run()
    }
}
