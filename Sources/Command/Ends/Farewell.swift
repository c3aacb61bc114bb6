/// What an end tells its authority when it stops. It says so for a short time, and then ends unheard: the silence says it too.
enum Farewell {
    /// 2 s for each of two, with the 10 s of draining between them: within the 15 s that container runtimes give at least.
    static let longest: Duration = .seconds(2)

    /// Returns when it is said, or its time is over.
    static func say(_ words: @escaping @Sendable () async -> Void) async {
        let said = AsyncStream.makeStream(of: Void.self)
        // Not a group, which would wait for an authority that takes the connection and says nothing.
        let saying = Task {
            await words()
            said.continuation.finish()
        }
        let limit = Task {
            try? await Task.sleep(for: longest)
            said.continuation.finish()
        }
        for await _ in said.stream {}
        saying.cancel()
        limit.cancel()
    }
}
