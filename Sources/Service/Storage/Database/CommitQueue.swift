import Dispatch
import Foundation
import SymbolonAudit
import SymbolonAuthority
import Synchronization

/// Writes that wait for their transaction. What waits while one commits goes into the next together, so that they share
/// its wait for the disk; who finds nobody before it waits for nobody.
///
/// They are done on a thread of its own, which begins with the first write and ends with the queue: to wake one that is
/// there costs a third of what it costs to find one in a pool.
final class CommitQueue: Sendable {
    /// One change, done or undone by itself.
    struct Job: Sendable {
        let work: @Sendable (StoreTransaction) throws -> Void
        /// Told once, when the outcome is durable: `nil`, or why nothing was done.
        let finish: @Sendable (StoreFailure?) -> Void
    }

    private let worker: Worker

    /// - Parameters:
    ///   - committed: told the head after each transaction that added to the record, before anybody's `finish`.
    ///   - lend: runs its argument with the link, on the caller's thread, before it returns.
    init(
        committed: @escaping @Sendable (AuditHead) -> Void,
        lend: @escaping @Sendable ((any StoreLink) -> Void) -> Void
    ) {
        worker = Worker(committed: committed, lend: lend)
    }

    deinit { worker.end() }

    func add(_ job: Job) { worker.add(job) }
}

/// What the thread has: it outlives the queue by what it is doing.
private final class Worker: Sendable {
    /// 64: beyond that the wait for the disk is a small part of each already, and a refusal in the middle undoes little.
    private static let mostTogether = 64

    private struct State {
        var waiting: [CommitQueue.Job] = []
        var isRunning = false
        var isDraining = false
        var hasEnded = false
        /// How many were in the last group.
        var lastCount = 0
    }

    private let state = Mutex(State())
    /// Signalled when there is something to do again.
    private let news = DispatchSemaphore(value: 0)
    private let lend: @Sendable ((any StoreLink) -> Void) -> Void
    private let committed: @Sendable (AuditHead) -> Void

    init(
        committed: @escaping @Sendable (AuditHead) -> Void,
        lend: @escaping @Sendable ((any StoreLink) -> Void) -> Void
    ) {
        self.committed = committed
        self.lend = lend
    }

    func add(_ job: CommitQueue.Job) {
        let (isFirst, isNew) = state.withLock { state in
            state.waiting.append(job)
            defer { (state.isDraining, state.isRunning) = (true, true) }
            return (!state.isDraining, !state.isRunning)
        }
        if isNew { Thread.detachNewThread { self.run() } }
        if isFirst { news.signal() }
    }

    func end() {
        state.withLock { $0.hasEnded = true }
        news.signal()
    }

    private func run() {
        Thread.current.name = "commits"
        repeat {
            news.wait()
            drain()
        } while !state.withLock { $0.hasEnded }
    }

    private func drain() {
        // Where some came together lately, who is ready to run may be about to add too: then one transaction does for
        // more. A lone one gives its turn to nobody: others' programs would take it as well.
        if lastCount > 1 { letOthersRun() }
        while let jobs = next() {
            lend { CommitGroup(link: $0, committed: committed).commit(jobs) }
            if jobs.count > 1 { letOthersRun() }
        }
    }

    private var lastCount: Int { state.withLock { $0.lastCount } }

    /// `nil` when nothing waits; then the next `add` starts again.
    private func next() -> [CommitQueue.Job]? {
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
