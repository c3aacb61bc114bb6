import SymbolonAudit
import SymbolonAuthority

/// Commits writes that came together, in one transaction if that goes well, else each in one of its own, so that no write
/// fails for another's sake. Only where one of them is refused can each be undone by itself: nearly always none is.
struct CommitGroup {
    let link: any StoreLink
    let committed: @Sendable (AuditHead) -> Void

    /// A transaction that gave way or lost its connection is tried this often in all. Each waits in `begin` for a server
    /// that is away, in bounded time.
    private static let attempts = 3

    func commit(_ jobs: [CommitQueue.Job]) {
        if jobs.count > 1, let outcomes = together(jobs, Self.inOne) ?? together(jobs, Self.inParts) {
            for (job, outcome) in zip(jobs, outcomes) { job.finish(outcome) }
        } else {
            for job in jobs { job.finish(alone(job)) }
        }
    }

    private static func inOne(_ job: CommitQueue.Job, _ transaction: StoreTransaction) throws -> StoreFailure? {
        try job.work(transaction)
        return nil
    }

    private static func inParts(_ job: CommitQueue.Job, _ transaction: StoreTransaction) throws -> StoreFailure? {
        do {
            try transaction.part(job.work)
            return nil
        } catch let failure as StoreFailure {
            return failure
        }
    }

    /// What became of each; `nil` when the transaction failed as a whole, and nothing of it was kept.
    /// - Parameter run: gives why a write alone was undone, and throws what undoes all.
    private func together(
        _ jobs: [CommitQueue.Job], _ run: (CommitQueue.Job, StoreTransaction) throws -> StoreFailure?
    ) -> [StoreFailure?]? {
        do {
            try link.begin()
        } catch {
            link.rollback()
            // Each alone would wait as long for the same.
            return jobs.map { _ in StoreFailure(error) }
        }
        let transaction = StoreTransaction(link)
        var outcomes: [StoreFailure?] = []
        for job in jobs {
            do {
                outcomes.append(try run(job, transaction))
            } catch {
                // The database's own refusal may have ended the transaction: found out by another way.
                link.rollback()
                return nil
            }
        }
        do {
            try transaction.finish()
        } catch StoreFailure.outcomeUnknown(let cause) {
            link.rollback()
            return outcomes.map { $0 ?? .outcomeUnknown(cause) }
        } catch {
            link.rollback()
            return nil
        }
        if let head = transaction.head { committed(head) }
        return outcomes
    }

    private func alone(_ job: CommitQueue.Job) -> StoreFailure? {
        var left = Self.attempts
        while true {
            left -= 1
            do {
                try link.begin()
                let transaction = StoreTransaction(link)
                try job.work(transaction)
                try transaction.finish()
                if let head = transaction.head { committed(head) }
                return nil
            } catch {
                link.rollback()
                guard left > 0, link.mayTryAgain(after: error) else { return StoreFailure(error) }
            }
        }
    }
}
