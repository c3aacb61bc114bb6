import SymbolonAudit
import SymbolonAuthority
import Synchronization

/// Writes that wait for their transaction. What waits while one commits goes into the next together, so that they share
/// its wait for the disk; who finds nobody before it waits for nobody.
final class CommitQueue: Sendable {
    /// One change, done or undone by itself.
    struct Job: Sendable {
        let work: @Sendable (StoreTransaction) throws -> Void
        /// Told once, when the outcome is durable: `nil`, or why nothing was done.
        let finish: @Sendable (StoreFailure?) -> Void
    }

    /// 64: beyond that the wait for the disk is a small part of each already, and a refusal in the middle undoes little.
    private static let mostTogether = 64

    private struct State {
        var waiting: [Job] = []
        var isDraining = false
        /// How many were in the last group.
        var lastCount = 0
    }

    private let state = Mutex(State())
    /// Runs its argument on the thread that owns the link.
    private let onLink: @Sendable (@escaping @Sendable (any StoreLink) -> Void) -> Void
    private let committed: @Sendable (AuditHead) -> Void

    /// - Parameter committed: told the head after each transaction that added to the record, before anybody's `finish`.
    init(
        committed: @escaping @Sendable (AuditHead) -> Void,
        onLink: @escaping @Sendable (@escaping @Sendable (any StoreLink) -> Void) -> Void
    ) {
        self.committed = committed
        self.onLink = onLink
    }

    func add(_ job: Job) {
        let isFirst = state.withLock { state in
            state.waiting.append(job)
            defer { state.isDraining = true }
            return !state.isDraining
        }
        if isFirst { onLink { link in self.drain(link) } }
    }

    private func drain(_ link: any StoreLink) {
        // Where some came together lately, who is ready to run may be about to add too: then one transaction does for
        // more. A lone one gives its turn to nobody: others' programs would take it as well.
        if lastCount > 1 { letOthersRun() }
        while let jobs = next() {
            CommitGroup(link: link, committed: committed).commit(jobs)
            if jobs.count > 1 { letOthersRun() }
        }
    }

    private var lastCount: Int { state.withLock { $0.lastCount } }

    /// `nil` when nothing waits; then the next `add` starts again.
    private func next() -> [Job]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isDraining = false
                return nil
            }
            let count = min(state.waiting.count, Self.mostTogether)
            state.lastCount = count
            defer { state.waiting.removeFirst(count) }
            return Array(state.waiting.prefix(count))
        }
    }
}
